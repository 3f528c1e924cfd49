public import ControllerRuntime
import Foundation
public import KubernetesClient
public import SatisAPI

extension TestServer {
  /// A satis.json with two sources.
  public static let satisJSON = """
    {"name": "acme/packages", "homepage": "https://packages.example.org", "repositories": [
      {"type": "vcs", "url": "https://git.example.org/acme/lib.git", "name": "acme/lib"},
      {"type": "vcs", "url": "git@git.example.org:acme/app.git"}
    ]}
    """

  /// Creates a repository with an inline satis.json, whose failed builds are not tried again unless the change says so.
  ///
  /// - Parameters:
  ///   - isNew: whether it shall ask for its first build by itself; otherwise it looks as if it had been built.
  ///   - hasClaims: whether the volume claims of output and cache are created, too, unless they are there.
  @discardableResult
  public func createRepository(
    _ name: String, in namespace: String, isNew: Bool = false, hasClaims: Bool = true,
    _ change: (inout SatisRepository.Spec) -> Void = { _ in }
  ) async throws -> SatisRepository {
    var spec = SatisRepository.Spec(
      config: .init(inline: Self.satisJSON), output: .init(claimName: "output", path: name))
    change(&spec)
    for claim in [spec.output.claimName, spec.cache?.claimName].compactMap(\.self) where hasClaims {
      try await createClaim(claim, in: namespace)
    }
    var build = spec.build ?? .init()
    build.retryLimit = build.retryLimit ?? 0
    spec.build = build
    let state = spec.state
    // Nothing starts before it looks as it shall.
    spec.state = .suspended
    let created = try await client.create(
      SatisRepository(metadata: ObjectMetadata(name: name, namespace: namespace), spec: spec))
    if !isNew {
      let hash = try SatisConfiguration(text: spec.config.inline ?? Self.satisJSON).hash
      _ = try await client.mergePatch(
        SatisRepository.self, created.key, subresource: .status,
        patch: ["status": ["configHash": .string(hash)]],
        resourceVersion: nil)
    }
    return try await client.mergePatch(
      SatisRepository.self, created.key,
      patch: ["spec": ["state": state.map { .string($0.rawValue) } ?? .null]], resourceVersion: nil)
  }

  /// Creates a volume claim unless it is there.
  public func createClaim(_ name: String, in namespace: String) async throws {
    do throws(KubernetesError) {
      _ = try await client.createReturningMetadata(
        PersistentVolumeClaim.self,
        manifest: [
          "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": ["name": .string(name)],
          "spec": [
            "accessModes": ["ReadWriteMany"], "resources": ["requests": ["storage": "1Gi"]],
          ],
        ], key: NamespacedName(namespace: namespace, name: name))
    } catch {
      guard error.isAlreadyExists else { throw error }
    }
  }

  /// Creates a build, of everything unless a source is given.
  ///
  /// - Parameter prune: whether a branch or tag of the source went away.
  @discardableResult
  public func createBuild(
    _ name: String, of repository: String, in namespace: String, source: String? = nil, prune: Bool? = nil,
    operation: SatisBuild.Operation? = nil, release: String? = nil
  ) async throws -> SatisBuild {
    try await client.create(
      SatisBuild(
        metadata: ObjectMetadata(name: name, namespace: namespace),
        spec: .init(
          repositoryRef: .init(name: repository), operation: operation,
          source: source.map { .init(url: $0, prune: prune) }, release: release)))
  }
}

extension SatisBuild {
  /// The condition that says how the build ended.
  public var condition: Condition? { status?.conditions?[ConditionType.succeeded] }
}

/// The wall clock.
public func wallClock() -> Timestamp {
  Timestamp(seconds: Int64(Date().timeIntervalSince1970))
}

/// The wall clock where fractions of a second matter.
public func microTime() -> MicroTime {
  MicroTime(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
}

extension TestServer {
  /// A recorder of events, which writes them while it is run.
  public func events(client: KubernetesClient? = nil) -> EventRecorder {
    EventRecorder(
      client: client ?? self.client, controller: "satis.dev/test", instance: "test", logger: .quiet,
      now: microTime)
  }
}
