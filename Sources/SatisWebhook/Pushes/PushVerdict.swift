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
  ///   - configuration: what satis.json lists; nil when it cannot be read. A build is made all the same, so that the push
  ///     is not lost, and the controller says what is wrong: of the source, or of everything where nobody knows which of
  ///     its names satis.json will have.
  ///   - unknownSource: what becomes of a source that is not listed.
  func verdict(
    configuration: SatisConfiguration?, unknownSource: SatisRepository.UnknownSource
  ) -> PushVerdict {
    guard let configuration else { return .build(hasOneName ? Array(sources.prefix(1)) : [nil]) }
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

  /// Whether all names come to the same, however they are spelled.
  private var hasOneName: Bool {
    Set(sources.map { $0.url.flatMap(SourceURL.init) }).count == 1
  }

  /// What the host calls the repository, for messages: without secrets, and never empty.
  var name: String {
    let source = sources.first
    return source?.url.map { RedactedURL($0).description } ?? source?.package ?? ""
  }
}
