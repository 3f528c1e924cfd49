import SatisAPI

/// What a push means for a repository.
enum PushVerdict: Sendable, Hashable {
  /// A build of each of these; nil stands for everything.
  case build([SatisBuild.Source?])
  /// Nothing to build, since satis.json does not list the source.
  case ignore
}

extension Push {
  /// Decides what is built.
  ///
  /// - Parameters:
  ///   - configuration: what satis.json lists; nil when it cannot be read. The build is then made for the source's first
  ///     name, so that the push is not lost, and the controller says what is wrong.
  ///   - unknownSource: what becomes of a source that is not listed.
  func verdict(
    configuration: SatisConfiguration?, unknownSource: SatisRepository.UnknownSource
  ) -> PushVerdict {
    guard let configuration else { return .build(Array(sources.prefix(1))) }
    var covered: Set<SatisConfiguration.Repository> = []
    let listed = sources.filter { source in
      let entries = (try? configuration.match(source)) ?? []
      // Most names of a source lead to the same entry.
      let isNew = !covered.isSuperset(of: entries)
      covered.formUnion(entries)
      return isNew
    }
    guard listed.isEmpty else { return .build(listed) }
    return unknownSource == .fullBuild ? .build([nil]) : .ignore
  }

  /// What the host calls the repository, for messages: without secrets, and never empty.
  var name: String {
    let source = sources.first
    return source?.url.map { RedactedURL($0).description } ?? source?.package ?? ""
  }
}
