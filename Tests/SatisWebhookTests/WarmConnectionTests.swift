import InMemoryLogging
import Logging
import Synchronization
import Testing

@testable import SatisWebhook

@Suite struct WarmConnectionTests {
  private let store = FakeStore()
  private let logs = InMemoryLogHandler()

  /// Lets so many intervals pass.
  private func run(intervals: Int, before: @escaping @Sendable (Int) -> Void = { _ in }) async {
    let logs = logs
    let passed = Mutex(0)
    let warmth = WarmConnection(
      store: store, namespace: "satis", logger: Logger(label: "test") { _ in logs }
    ) { _ in
      let count = passed.withLock { passed in
        passed += 1
        return passed
      }
      before(count)
      if count >= intervals { withUnsafeCurrentTask { $0?.cancel() } }
    }
    await Task { await warmth.run() }.value
  }

  @Test func `something is asked before the first call, and then again and again`() async {
    await run(intervals: 3)
    #expect(store.requests.count == 3)
    #expect(store.requests.allSatisfy { $0.hasPrefix("get SatisRepository satis/") })
    #expect(logs.entries.isEmpty)
  }

  @Test func `an API server that is away is told once, until it has been there again`() async {
    store.fail(.repository, .status(503, "ServiceUnavailable"))
    await run(intervals: 6) { [store] passed in
      // Away, away, there, away, away.
      store.fail(.repository, passed == 2 ? .status(404, "NotFound") : .status(503, "ServiceUnavailable"))
    }
    #expect(logs.entries.count == 2)
    #expect(logs.entries.allSatisfy { "\($0.metadata)".contains("ServiceUnavailable") })
  }

  @Test func `a server that shows nothing has answered`() async {
    store.fail(.repository, .status(403, "Forbidden"))
    await run(intervals: 2)
    #expect(logs.entries.isEmpty)
  }
}
