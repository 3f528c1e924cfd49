import ControllerRuntime
import KubernetesClient
import SatisAPI
import TestSupport
import Testing

@testable import SatisController

/// The snapshot of a satis.json that is kept in a Secret; the test plays the garbage collector.
@Suite(.timeLimit(.minutes(1))) struct SecretSnapshotTests {
  let server: TestServer

  init() throws {
    server = try TestServer()
  }

  /// A repository whose satis.json is secret, its snapshot, and the door through which the snapshot goes.
  private func withSnapshot(
    _ body: @Sendable (SatisRepository, Snapshot, KubernetesAccess) async throws -> Void
  ) async throws {
    try await server.withNamespace { namespace in
      let repository = try await server.createRepository("acme", in: namespace) {
        $0.config = .init(secretKeyRef: KeyReference(name: "config", key: "satis.json"))
      }
      let snapshot = Snapshot(
        repository: repository, configuration: try SatisConfiguration(text: TestServer.satisJSON))
      let access = KubernetesAccess(
        client: server.client, defaultImage: "satis:test", configMaps: Cache { [$0.key] })
      try await body(repository, snapshot, access)
    }
  }

  private func owners(of snapshot: Snapshot) async throws -> [String] {
    try await server.client.get(ObjectIdentity<Secret>.self, snapshot.key).metadata.ownerReferences?
      .map(\.uid) ?? []
  }

  private func configMap(of snapshot: Snapshot) async throws -> ConfigMap {
    try await server.client.get(ConfigMap.self, snapshot.key)
  }

  @Test func `it is found and deleted by a ConfigMap that owns it and shows nothing`() async throws {
    try await withSnapshot { repository, snapshot, access in
      // Each claim makes sure of it.
      for _ in 0..<2 { try await access.ensure(snapshot) }

      let map = try await configMap(of: snapshot)
      #expect(map.data?.isEmpty != false)
      #expect(map.metadata.ownerReferences?.map(\.uid) == [repository.metadata.uid ?? ""])
      #expect(try await owners(of: snapshot) == [map.metadata.uid ?? ""])
      #expect(try await access.snapshots(of: repository) == [snapshot.key.name])

      try await access.deleteSnapshot(snapshot.key)
      #expect(try await access.snapshots(of: repository) == [])
    }
  }

  @Test func `one whose ConfigMap is gone is no snapshot for a build until the cluster has deleted it`()
    async throws
  {
    try await withSnapshot { _, snapshot, access in
      try await access.ensure(snapshot)
      try await access.deleteSnapshot(snapshot.key)

      let refusal = await #expect(throws: KubernetesError.self) { try await access.ensure(snapshot) }
      #expect(refusal?.isAlreadyExists == true)

      try await server.client.delete(Secret.self, snapshot.key, uid: nil, propagation: .background)
      try await access.ensure(snapshot)
      let map = try await configMap(of: snapshot)
      #expect(try await owners(of: snapshot) == [map.metadata.uid ?? ""])
    }
  }
}
