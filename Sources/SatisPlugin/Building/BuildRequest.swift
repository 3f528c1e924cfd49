import KubernetesClient
public import SatisAPI

/// What a person asks of a repository.
public struct BuildRequest: Hashable, Sendable {
  /// The SatisRepository.
  public let repository: String
  /// What is done.
  public let operation: SatisBuild.Operation
  /// What changed; everything when nil.
  public let source: SatisBuild.Source?
  /// For a rollback: the release to go back to.
  public let release: String?
  private var trigger: SatisBuild.Trigger

  /// Asks for something.
  ///
  /// - Parameter actor: who asks.
  public init(
    repository: String, operation: SatisBuild.Operation = .build, source: SatisBuild.Source? = nil,
    release: String? = nil, actor: String?
  ) {
    self.repository = repository
    self.operation = operation
    self.source = source
    self.release = release
    trigger = .init(type: .manual, actor: Self.recorded(actor))
  }

  /// Asks once more for what a build was to do.
  ///
  /// - Parameter isForced: whether a build that needs no repetition is repeated.
  /// - Throws: `PluginFailure` that says why it needs none.
  public init(again build: SatisBuild, actor: String?, isForced: Bool) throws(PluginFailure) {
    if !isForced, let reason = Self.needless(build) {
      throw PluginFailure(.failed, "SatisBuild '\(build.metadata.name)' \(reason)")
    }
    self.init(
      repository: build.spec.repositoryRef.name, operation: build.spec.operation ?? .build,
      source: build.spec.source, release: build.spec.release, actor: actor)
    // The runner tells which of the commits are in what it has built.
    trigger.ref = build.spec.trigger?.ref
    trigger.commit = build.spec.trigger?.commit
  }

  /// The build to create.
  ///
  /// - Parameter generator: makes the name.
  public func build(in namespace: String, using generator: inout some RandomNumberGenerator) -> SatisBuild {
    let name = ResourceNames.manualBuild(repository: repository, suffix: Self.suffix(using: &generator))
    return SatisBuild(
      metadata: ObjectMetadata(name: name, namespace: namespace),
      spec: .init(
        repositoryRef: .init(name: repository), operation: operation == .build ? nil : operation,
        source: source,
        release: release, trigger: trigger))
  }

  private static func needless(_ build: SatisBuild) -> String? {
    if let other = build.status?.supersededBy {
      return "did not run, since '\(other)' does what it asked for; retry that one, or use --force"
    }
    guard build.status?.isFinished == true else {
      return "has not ended yet; wait for it with `kubectl satis logs --follow`, or use --force"
    }
    return build.reason == .succeeded ? "has succeeded; to do it once more, use --force" : nil
  }

  /// The letters of a generated name, as the API server makes them: none that make words.
  private static func suffix(using generator: inout some RandomNumberGenerator) -> String {
    let letters = Array("bcdfghjklmnpqrstvwxz2456789")
    return String((0..<8).map { _ in letters[Int.random(in: letters.indices, using: &generator)] })
  }

  /// As much of a name as the schema takes.
  private static func recorded(_ actor: String?) -> String? {
    let scalars = (actor ?? "").unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }.prefix(256)
    return scalars.isEmpty ? nil : String(String.UnicodeScalarView(scalars))
  }
}
