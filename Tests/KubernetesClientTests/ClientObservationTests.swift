import Logging
import Synchronization
import Testing

@testable import KubernetesClient

/// What a client tells whoever measures it.
@Suite(.timeLimit(.minutes(1))) struct ClientObservationTests {
  private final class Notes: Sendable {
    private let words = Mutex<[String]>([])

    var all: [String] { words.withLock { $0 } }

    func take(_ observation: ClientObservation) {
      let word =
        switch observation {
        case .request(let request):
          "\(request.verb) \(request.method) \(request.resource) \(request.code.map(String.init) ?? "none")"
        case .watch(let resource, .event(let kind)): "\(resource) \(kind.rawValue)"
        case .watch(let resource, let incident): "\(resource) \(incident)"
        }
      words.withLock { $0.append(word) }
    }
  }

  private let notes = Notes()
  private let key = NamespacedName(namespace: "shop", name: "settings")
  private let object = #"{"metadata":{"name":"settings","namespace":"shop","resourceVersion":"7"},"data":{}}"#

  private var quiet: Logger {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    return logger
  }

  private func client(_ url: String) throws -> KubernetesClient {
    try KubernetesClient(
      configuration: ClusterConfiguration(server: url, origin: "the test"), fieldManager: "tests",
      userAgent: "tests", logger: quiet, observe: notes.take)
  }

  @Test func `each request is told with what became of it`() async throws {
    let server = try ScriptedServer(.json(object), .json("{}", status: 503))
    let client = try client(server.url)
    _ = try await client.get(ConfigMap.self, key)
    await #expect(throws: KubernetesError.self) {
      try await client.delete(ConfigMap.self, key, uid: nil, propagation: .background)
    }
    #expect(notes.all == ["get GET configmaps 200", "delete DELETE configmaps 503"])
  }

  @Test func `a request without an answer is told too`() async throws {
    // No server is at port 1, which is reserved.
    let client = try client("http://127.0.0.1:1")
    await #expect(throws: KubernetesError.self) { try await client.get(ConfigMap.self, key) }
    #expect(notes.all == ["get GET configmaps none"])
  }

  @Test func `a watch is told step by step, its request once it is answered`() async throws {
    let event = #"{"type":"ADDED","object":\#(object)}"#
    let expired =
      #"{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}}"#
    let server = try ScriptedServer(
      .json(#"{"metadata":{"resourceVersion":"5"},"items":[]}"#), .lines([event, expired], .complete),
      .json(#"{"metadata":{"resourceVersion":"9"},"items":[]}"#),
      .lines([event.replacing(#""resourceVersion":"7""#, with: #""resourceVersion":"10""#)], .byTheClient))
    let client = try client(server.url)
    _ = client.streamingLists.refuse()
    let watcher = Watcher<ConfigMap>(client: client, namespace: "shop", logger: quiet)
    let (updates, continuation) = AsyncStream<Void>.makeStream()
    let run = Task { await watcher.run { _ in continuation.yield() } }
    var count = 0
    for await _ in updates {
      count += 1
      if count == 4 { break }
    }
    let told = notes.all
    run.cancel()
    await run.value
    await client.shutdown()
    #expect(
      told == [
        "configmaps created", "list GET configmaps 200", "configmaps listed", "configmaps began",
        "watch GET configmaps 200", "configmaps applied",
        "configmaps failed(isExpired: true)", "list GET configmaps 200", "configmaps listed",
        "configmaps began",
        "watch GET configmaps 200", "configmaps applied",
      ])
  }
}
