import Synchronization
import Testing

@testable import SatisController

@Suite struct TurnstileTests {
  /// What goes in and out of a turnstile, and stays inside until it is let out.
  private final class Visitors: Sendable {
    private struct State {
      var inside = 0
      var most = 0
      var order: [Int] = []
    }

    private let state = Mutex(State())
    /// How many may still go out.
    private let exits = Atomic(0)

    var inside: Int { state.withLock { $0.inside } }
    var most: Int { state.withLock { $0.most } }
    var order: [Int] { state.withLock { $0.order } }

    func letOut() { exits.add(1, ordering: .relaxed) }

    func visit(_ number: Int) async {
      state.withLock { state in
        state.inside += 1
        state.most = max(state.most, state.inside)
        state.order.append(number)
      }
      while !takeExit() { await Task.yield() }
      state.withLock { $0.inside -= 1 }
    }

    private func takeExit() -> Bool {
      let count = exits.load(ordering: .relaxed)
      guard count > 0 else { return false }
      return exits.compareExchange(expected: count, desired: count - 1, ordering: .relaxed).exchanged
    }
  }

  private struct Trouble: Error {}

  @Test func `one at a time, in the order in which they came`() async {
    let turnstile = Turnstile(width: 1)
    let visitors = Visitors()
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<5 {
        group.addTask { await turnstile.pass { await visitors.visit(number) } }
        while visitors.inside + turnstile.waiting <= number { await Task.yield() }
      }
      for _ in 0..<5 { visitors.letOut() }
    }
    #expect(visitors.order == [0, 1, 2, 3, 4])
    #expect(visitors.most == 1)
  }

  @Test func `no more than its width are in, and all come through`() async {
    let turnstile = Turnstile(width: 3)
    let visitors = Visitors()
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<100 {
        group.addTask { await turnstile.pass { await visitors.visit(number) } }
        visitors.letOut()
      }
    }
    #expect(Set(visitors.order) == Set(0..<100))
    #expect((1...3).contains(visitors.most))
  }

  @Test func `who fails or is cancelled leaves room behind`() async {
    let turnstile = Turnstile(width: 1)
    await #expect(throws: Trouble.self) {
      try await turnstile.pass { () async throws(Trouble) in throw Trouble() }
    }
    let visitors = Visitors()
    let first = Task { await turnstile.pass { await visitors.visit(1) } }
    while visitors.inside == 0 { await Task.yield() }
    let second = Task { await turnstile.pass { Task.isCancelled } }
    while turnstile.waiting == 0 { await Task.yield() }
    second.cancel()
    visitors.letOut()
    await first.value
    #expect(await second.value)
    #expect(await turnstile.pass { 3 } == 3)
  }
}
