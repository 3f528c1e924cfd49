import Curl
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
        Self.path, "\(Self.path) watch=true resourceVersion=5", "\(Self.path) watch=true resourceVersion=6",
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

  @Test func `whatever is sent, a connection is not waited for without end`() async throws {
    let server = try ScriptedServer()
    var limits = ClientLimits()
    limits.connectTimeout = .seconds(3)
    let client = try client(server, limits)
    for verb in [APIRequest.Verb.get, .watch] {
      let request = APIRequest(verb: verb, on: ConfigMap.resourceType, namespace: "shop")
      let outgoing = client.transport.curlRequest(request, Credential())
      #expect(outgoing.connectTimeout == .seconds(3))
      #expect(outgoing.timeout == nil)
    }
    await client.shutdown()
  }
}
