import Curl
import Synchronization
import Testing

@testable import KubernetesClient

/// How long the client waits, for what, and for what not.
@Suite(.timeLimit(.minutes(1))) struct ClientLimitsTests: WatcherFixture {
  private func client(_ server: ScriptedServer, _ limits: ClientLimits) throws -> KubernetesClient {
    try KubernetesClient(
      configuration: ClusterConfiguration(server: server.url, origin: "the test"), fieldManager: "tests",
      userAgent: "tests", limits: limits, logger: quiet, sleep: { _ in })
  }

  private func problem(_ body: () async throws -> Void) async -> CurlError? {
    let error = await #expect(throws: KubernetesError.self) { try await body() }
    guard case .transport(let problem) = error?.cause else { return nil }
    return problem
  }

  @Test func `the limits are those that suit API servers and load balancers`() {
    let limits = ClientLimits()
    #expect(limits.connectTimeout == .seconds(10))
    #expect(limits.requestTimeout == .seconds(60))
    #expect(limits.watchSeconds == 290...580)
    #expect(limits.silence(ofWatch: 290) == .seconds(295))
    #expect(limits.connections.keepAliveInterval == .seconds(15))
    #expect(limits.connections.unacknowledgedTimeout == .seconds(30))
  }

  @Test func `a watch that is silent beyond its time is dead, and goes on from the last version`()
    async throws
  {
    let server = try ScriptedServer(
      list(version: "5"), .lines([event("ADDED", "a", version: "6")], .byTheClient),
      .lines([event("ADDED", "b", version: "7")], .byTheClient))
    var limits = ClientLimits()
    limits.watchSeconds = 0...0
    limits.watchGrace = .milliseconds(200)
    #expect(try await updates(3, from: server, limits: limits) == ["replaced ", "applied a", "applied b"])
    await server.clientHasClosed()
    #expect(
      server.requests.map(\.summary) == [
        Self.firstList, "\(Self.path) watch=true resourceVersion=5",
        "\(Self.path) watch=true resourceVersion=6",
      ])
  }

  @Test func `a streaming list that falls silent before its end is replaced by pages`() async throws {
    let server = try ScriptedServer(
      .lines([event("ADDED", "b", version: "6")], .byTheClient), list("a", version: "7"),
      .lines([], .byTheClient))
    var limits = ClientLimits()
    limits.streamingListSilence = .milliseconds(200)
    #expect(try await updates(1, from: server, streams: true, limits: limits) == ["replaced a"])
  }

  @Test func `a request has a limit as a whole, and a watch has none`() async throws {
    let server = try ScriptedServer(
      .lines([], .byTheClient), .lines([event("ADDED", "a", version: "6")], .byTheClient))
    var limits = ClientLimits()
    limits.requestTimeout = .milliseconds(50)
    limits.watchGrace = .milliseconds(500)
    let client = try client(server, limits)
    let request = await problem {
      _ = try await client.get(ConfigMap.self, NamespacedName(namespace: "shop", name: "a"))
    }
    #expect(request?.phase == .timeout)
    #expect(request?.message.contains("the answer was not whole") == true)
    let watch = await problem {
      try await client.watch(
        ConfigMap.self, in: "shop", labelSelector: nil, from: .version("5"), timeoutSeconds: 0
      ) { _ in }
    }
    // The limit of a request would have ended it before.
    #expect(watch?.message.contains("was silent") == true)
    await client.shutdown()
  }

  @Test func `a watch that ends at once is asked for again after a pause, and each time for another while`()
    async throws
  {
    var answers = [list(version: "5")]
    answers += [ScriptedServer.Answer](repeating: .lines([], .complete), count: 10)
    answers.append(.lines([event("ADDED", "a", version: "6")], .byTheClient))
    let server = try ScriptedServer(answers)
    let pauses = Mutex(0)
    #expect(
      try await updates(2, from: server, sleep: { _ in pauses.withLock { $0 += 1 } })
        == ["replaced ", "applied a"])
    #expect(pauses.withLock { $0 } > 0)
    #expect(Set(server.requests.compactMap { $0.query["timeoutSeconds"] }).count > 1)
  }

  @Test func `the client itself holds nothing back`() async throws {
    // With the five requests a second that client-go allows by itself they would take longer than the test may.
    let answers = [ScriptedServer.Answer](repeating: list(version: "5"), count: 500)
    let server = try ScriptedServer(answers)
    let client = try KubernetesClient(
      configuration: ClusterConfiguration(server: server.url, origin: "the test"), fieldManager: "tests",
      userAgent: "tests", logger: quiet)
    for _ in answers { _ = try await client.list(ConfigMap.self, in: "shop") }
    await client.shutdown()
    #expect(server.requests.count == 500)
  }
}
