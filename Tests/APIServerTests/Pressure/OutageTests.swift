import KubernetesClient
import SatisAPI
import Synchronization
import TestSupport
import Testing

/// More calls than there is room for, and an API server that is away: whatever is answered 2xx is stored.
@Suite(.timeLimit(.minutes(3))) struct OutageTests {
  /// Runs a body with a service that reaches the API server through a proxy.
  private func behindProxy(
    options: [String] = [], _ fault: @escaping @Sendable (FaultProxy.Incoming) -> Fault?,
    _ body: @escaping @Sendable (ServingSite, FaultProxy) async throws -> Void
  ) async throws {
    let proxy = try FaultProxy(upstream: try TestServer().client.configuration, fault: fault)
    try await proxy.run { kubeconfig in
      try await ServingSite.run(kubeconfig: kubeconfig, options: options) { try await body($0, proxy) }
    }
  }

  @Test func `a call beyond the limit is answered 503 before its body has come, and those before it are not`()
    async throws
  {
    let isHeld = Mutex(true)
    let holding: @Sendable (FaultProxy.Incoming) -> Fault? = { request in
      guard request.path.hasSuffix("/acme"), isHeld.withLock({ $0 }) else { return nil }
      return .hold(.beforeForwarding)
    }
    try await behindProxy(options: ["--max-requests", "1"], holding) { site, proxy in
      async let first = site.push("first")
      await proxy.waitUntilHolding()
      let connection = try RawConnection(port: site.service.port)
      connection.send(site.head([("Content-Length", "100000")]) + "\r\n")
      let answer = await connection.readToEnd()
      #expect(answer.hasPrefix("HTTP/1.1 503 "))
      #expect(answer.contains(#""error":"overloaded""#))
      #expect(answer.contains("Retry-After: 5"))
      try await site.expect("satis_webhook_requests_in_flight", is: 1)
      try await site.expect(#"satis_webhook_pressure_total{limit="requests"}"#, is: 1)
      isHeld.withLock { $0 = false }
      let (status, _) = try await first
      #expect(status == 503)
      try await site.expectService("other")
    }
  }

  @Test func `a push whose answer is lost on its way is stored once, and the sender is told so`() async throws
  {
    let lost = Atomic(false)
    let losing: @Sendable (FaultProxy.Incoming) -> Fault? = { request in
      guard request.method == "POST", !lost.exchange(true, ordering: .relaxed) else { return nil }
      return .lose(.afterForwarding)
    }
    try await behindProxy(losing) { site, _ in
      let (status, answer) = try await site.push("first")
      #expect(status == 200)
      #expect(answer["result"]?.text == "duplicate")
      let made = try await site.builds()
      #expect(made == [answer["build"]?.text ?? ""])
    }
  }

  @Test func `an API server that is away for a moment is asked again, and the push is stored`() async throws {
    let requests = Atomic(0)
    let away: @Sendable (FaultProxy.Incoming) -> Fault? = { request in
      guard request.path.contains("satis") else { return nil }
      return requests.add(1, ordering: .relaxed).newValue <= 6 ? .unavailable() : nil
    }
    try await behindProxy(away) { site, _ in
      try await site.expectService("first")
    }
  }

  @Test func `an API server that is away for 20 s in the middle of load loses nothing that was answered 2xx`()
    async throws
  {
    let isAway = Mutex(false)
    let requests = Atomic(0)
    let workers = 16
    let away: @Sendable (FaultProxy.Incoming) -> Fault? = { _ in
      guard isAway.withLock({ $0 }) else { return nil }
      // Silent, cut off, or worse: done, and nobody is told.
      return switch requests.add(1, ordering: .relaxed).newValue % 3 {
      case 0: .hold(.beforeForwarding)
      case 1: .lose(.beforeForwarding)
      default: .lose(.afterForwarding)
      }
    }
    try await behindProxy(away) { site, _ in
      let load = Load()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for worker in 0..<workers {
          group.addTask { try await load.send(from: worker, to: site) }
        }
        await load.wait { $0.stored.count >= 100 }
        isAway.withLock { $0 = true }
        // Each waits 8 seconds for an API server before it gives up: three times that for all of them.
        await load.wait { $0.refused >= 3 * workers }
        isAway.withLock { $0 = false }
        let before = load.storedCount
        await load.wait { $0.stored.count >= before + 100 }
        load.stop()
        try await group.waitForAll()
      }
      let made = try await site.builds()
      let promised = load.stored
      #expect(promised.count >= 200)
      #expect(promised.subtracting(made).isEmpty)
      #expect(load.others.isEmpty)
    }
  }

  /// Calls one after the other from several senders, and what they were answered.
  private final class Load: Sendable {
    struct State {
      /// Builds that were promised.
      var stored: Set<String> = []
      var refused = 0
      /// Answers that should not be.
      var others: [Int] = []
      var isOver = false
    }

    private let state = Mutex(State())
    private let progress = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

    var stored: Set<String> { state.withLock { $0.stored } }
    var storedCount: Int { state.withLock { $0.stored.count } }
    var others: [Int] { state.withLock { $0.others } }

    func stop() {
      state.withLock { $0.isOver = true }
    }

    func send(from worker: Int, to site: ServingSite) async throws {
      var number = 0
      while !state.withLock({ $0.isOver }) {
        number += 1
        let (status, answer) = try await site.push("\(worker)-\(number)")
        state.withLock { state in
          switch status {
          case 200, 202: state.stored.insert(answer["build"]?.text ?? "an answer without a build")
          case 503: state.refused += 1
          default: state.others.append(status)
          }
        }
        progress.continuation.yield()
      }
    }

    /// Waits for progress; a test's time limit bounds it.
    func wait(until isReached: (State) -> Bool) async {
      for await _ in progress.stream where state.withLock({ isReached($0) }) { return }
    }
  }
}
