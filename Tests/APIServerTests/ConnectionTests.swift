import ControllerRuntime
import Curl
import TestSupport
import Testing

@testable import KubernetesClient

/// What becomes of requests and watches when their connections die in silence, and when the API server is away.
@Suite(.timeLimit(.minutes(4))) struct ConnectionTests {
  let server: TestServer

  init() throws {
    server = try TestServer()
  }

  private func map(_ name: String, _ namespace: String) -> ConfigMap {
    ConfigMap(
      metadata: ObjectMetadata(name: name, namespace: namespace, labels: ["test": "connection"]),
      data: ["value": "1"])
  }

  /// Runs a body with a client and a watch of its, both of which reach the server by another way, and compares what
  /// the watch has told with what there is.
  private func watching(
    by way: ClusterConfiguration, in namespace: String, limits: ClientLimits = ClientLimits(),
    _ body: (KubernetesClient, WatchRecord) async throws -> Void
  ) async throws {
    let client = try KubernetesClient(
      configuration: way, fieldManager: "test", userAgent: "satis-operator-tests", limits: limits,
      logger: .quiet, sleep: { try await Task.sleep(for: $0) })
    let record = WatchRecord()
    let watcher = Watcher<ConfigMap>(
      client: client, namespace: namespace, labelSelector: "test=connection", logger: .quiet)
    let run = Task { await watcher.run { record.take($0) } }
    defer { run.cancel() }
    try await body(client, record)
    let fresh = try await server.client.listAll(
      ConfigMap.self, in: namespace, labelSelector: "test=connection")
    #expect(record.content == WatchRecord.content(fresh.items))
    #expect(record.sum.mistakes == [])
    await client.shutdown()
  }

  // MARK: - Silence

  @Test func `connections that die in silence are given up, and requests and the watch go on over others`()
    async throws
  {
    let relay = try TCPRelay(to: server)
    defer { relay.stop() }
    var limits = ClientLimits()
    // A fifteenth of what they are.
    limits.connections.keepAliveInterval = .seconds(1)
    limits.connections.unacknowledgedTimeout = .seconds(2)
    try await server.withNamespace { namespace in
      let first = map("first", namespace)
      try await watching(by: relay.configuration, in: namespace, limits: limits) { client, record in
        await record.wait { $0.isSynced }
        // Its event shows that the watch stands.
        _ = try await server.client.create(first)
        await record.wait(for: first.key)
        _ = try await client.get(ConfigMap.self, first.key)
        let before = relay.connectionCount
        try relay.cutInSilence()
        let cut = ContinuousClock.now
        let unseen = try await server.client.create(map("unseen", namespace))
        let told = await outcomes(of: 5, client, first.key)
        let requests = ContinuousClock.now - cut
        // They share a connection. libcurl may send one again by itself; the others are told.
        #expect(told.allSatisfy { $0 == nil || $0 == .receive || $0 == .send })
        _ = try await client.get(ConfigMap.self, first.key)
        await record.wait(for: unseen.key)
        // The watch has missed nothing and has not asked for everything once more.
        #expect(record.sum.lists == 1)
        // One for all requests, one for the watch.
        #expect(relay.connectionCount == before + 2)
        let watch = ContinuousClock.now - cut
        print("connections dead in silence: requests told after \(requests), watch went on after \(watch)")
      }
    }
  }

  /// What became of requests that are sent at the same time; nil for a good answer.
  private func outcomes(
    of count: Int, _ client: KubernetesClient, _ key: NamespacedName
  ) async -> [CurlError.Phase?] {
    await withTaskGroup { group in
      for _ in 1...count { group.addTask { await Self.failure(client, key) } }
      return await group.reduce(into: []) { $0.append($1) }
    }
  }

  /// How far a request came that has no answer.
  private static func failure(_ client: KubernetesClient, _ key: NamespacedName) async -> CurlError.Phase? {
    do throws(KubernetesError) {
      _ = try await client.get(ConfigMap.self, key)
      return nil
    } catch {
      guard case .transport(let cause) = error.cause else { return .http }
      return cause.phase
    }
  }

  // MARK: - A server that is away

  @Test func `an API server that is killed and started again is found again, and its watch has no gap`()
    async throws
  {
    let second = try SecondServer(beside: server)
    try await second.start()
    defer { second.kill() }
    try await server.withNamespace { namespace in
      for name in ["kept", "changed", "deleted"] { _ = try await server.client.create(map(name, namespace)) }
      try await watching(by: second.configuration, in: namespace) { client, record in
        let changed = map("changed", namespace).key
        await record.wait { $0.count == 3 }
        _ = try await client.get(ConfigMap.self, changed)

        second.kill()
        let killed = ContinuousClock.now
        #expect(await Self.failure(client, changed) == .connect)
        // What happens in the meantime, by way of another server.
        _ = try await server.client.mergePatch(
          ConfigMap.self, changed, patch: ["data": ["value": "2"]], resourceVersion: nil)
        try await server.client.delete(
          ConfigMap.self, map("deleted", namespace).key, uid: nil, propagation: .background)
        let created = try await server.client.create(map("created", namespace))

        try await second.start()
        let ready = ContinuousClock.now
        _ = try await client.get(ConfigMap.self, changed)
        let request = ContinuousClock.now - ready
        await record.wait(for: created.key)
        let watch = ContinuousClock.now - ready
        print("API server away for \(ready - killed): back, a request took \(request), the watch \(watch)")
        let last = try await client.create(map("last", namespace))
        await record.wait(for: last.key)
        #expect(record.cache[changed]?.data?["value"] == "2")
      }
    }
  }
}
