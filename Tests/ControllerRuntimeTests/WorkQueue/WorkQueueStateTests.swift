import Testing

@testable import ControllerRuntime

@Suite struct WorkQueueStateTests {
  private typealias State = WorkQueueState<String, ContinuousClock.Instant>

  private let start = ContinuousClock.now

  private func state(_ keys: String..., concurrency: Int = 10) -> State {
    var state = State(maximumConcurrency: concurrency)
    for key in keys { state.add(key, now: start) }
    return state
  }

  @Test func `keys come out in the order in which they were added, each once`() {
    var state = state("a", "b", "a", "c", "b")
    #expect(state.depth == 3)
    #expect(state.take(now: start) == .work("a"))
    #expect(state.take(now: start) == .work("b"))
    #expect(state.take(now: start) == .work("c"))
    #expect(state.take(now: start) == .wait(until: nil))
  }

  @Test func `a key that is worked on is not given to a second worker, but worked on again afterwards`() {
    var state = state("a")
    #expect(state.take(now: start) == .work("a"))
    state.add("a", now: start)
    state.add("a", now: start)
    #expect(state.take(now: start) == .wait(until: nil))
    state.done("a", .settled, now: start)
    #expect(state.take(now: start) == .work("a"))
    state.done("a", .settled, now: start)
    #expect(state.take(now: start) == .wait(until: nil))
  }

  @Test func `a key that was added before its work began is not worked on twice`() {
    var state = state("a", "a")
    #expect(state.take(now: start) == .work("a"))
    state.done("a", .settled, now: start)
    #expect(state.take(now: start) == .wait(until: nil))
  }

  @Test func `no more than the allowed number of keys are worked on at once`() {
    var state = state("a", "b", "c", concurrency: 2)
    #expect(state.take(now: start) == .work("a"))
    #expect(state.take(now: start) == .work("b"))
    #expect(state.take(now: start) == .wait(until: nil))
    state.done("b", .settled, now: start)
    #expect(state.take(now: start) == .work("c"))
  }

  @Test func `work begins only while it is allowed, and the permission can be extended`() {
    var state = State(maximumConcurrency: 10, permission: .none)
    state.add("a", now: start)
    state.add("b", now: start)
    state.add("c", now: start)
    #expect(state.take(now: start) == .wait(until: nil))
    state.allow(.until(start + .seconds(10)))
    #expect(state.isAllowed(now: start))
    #expect(state.take(now: start + .milliseconds(9_999)) == .work("a"))
    #expect(!state.isAllowed(now: start + .seconds(10)))
    #expect(state.take(now: start + .seconds(10)) == .wait(until: nil))
    state.allow(.until(start + .seconds(20)))
    #expect(state.take(now: start + .seconds(10)) == .work("b"))
  }

  @Test func `a permission does not replace the caches`() {
    var state = State(maximumConcurrency: 10, isPaused: true, permission: .none)
    state.add("a", now: start)
    state.allow(.until(start + .seconds(10)))
    #expect(state.take(now: start) == .wait(until: nil))
    state.resume()
    #expect(state.take(now: start) == .work("a"))
  }

  @Test func `a paused queue keeps what is added, and what becomes due, until it is resumed`() {
    var state = State(maximumConcurrency: 10, isPaused: true)
    state.add("a", now: start)
    state.add("b", at: start + .seconds(1))
    #expect(state.take(now: start) == .wait(until: start + .seconds(1)))
    #expect(state.take(now: start + .seconds(1)) == .wait(until: nil))
    state.resume()
    #expect(state.take(now: start + .seconds(1)) == .work("a"))
    #expect(state.take(now: start + .seconds(1)) == .work("b"))
  }

  @Test func `a long queue stays in order`() {
    var state = State(maximumConcurrency: 1_000)
    let keys = (0..<1_000).map(String.init)
    for key in keys { state.add(key, now: start) }
    var taken: [String] = []
    while case .work(let key) = state.take(now: start) {
      taken.append(key)
      if taken.count.isMultiple(of: 100) { state.add("late \(taken.count)", now: start) }
    }
    #expect(Array(taken.prefix(1_000)) == keys)
    #expect(taken.count == 1_000)
    for key in keys { state.done(key, .settled, now: start) }
    #expect(state.take(now: start) == .work("late 100"))
    #expect(state.depth == 9)
  }

  // MARK: - Times

  @Test func `a delayed key is due at its time, and the earliest time is the one to wait for`() {
    var state = state()
    state.add("late", at: start + .seconds(2))
    state.add("early", at: start + .seconds(1))
    #expect(state.take(now: start) == .wait(until: start + .seconds(1)))
    #expect(state.take(now: start + .seconds(1)) == .work("early"))
    #expect(state.take(now: start + .seconds(1)) == .wait(until: start + .seconds(2)))
    #expect(state.take(now: start + .seconds(2)) == .work("late"))
    #expect(state.take(now: start + .seconds(2)) == .wait(until: nil))
  }

  @Test func `of several times for one key the earliest counts`() {
    var state = state()
    state.add("a", at: start + .seconds(5))
    state.add("a", at: start + .seconds(3))
    state.add("a", at: start + .seconds(9))
    #expect(state.take(now: start) == .wait(until: start + .seconds(3)))
    #expect(state.take(now: start + .seconds(3)) == .work("a"))
    #expect(state.take(now: start + .seconds(9)) == .wait(until: nil))
  }

  @Test func `a key that becomes due while it is worked on waits for its worker`() {
    var state = state("a")
    #expect(state.take(now: start) == .work("a"))
    state.add("a", at: start + .seconds(1))
    #expect(state.take(now: start + .seconds(1)) == .wait(until: nil))
    state.done("a", .settled, now: start + .seconds(1))
    #expect(state.take(now: start + .seconds(1)) == .work("a"))
  }

  @Test func `work that asks to look again does so after its delay, and sooner when the key is added`() {
    var state = state("a")
    #expect(state.take(now: start) == .work("a"))
    state.done("a", .again(after: .seconds(30)), now: start)
    #expect(state.take(now: start) == .wait(until: start + .seconds(30)))
    state.add("a", now: start)
    #expect(state.take(now: start) == .work("a"))
    state.done("a", .settled, now: start)
    #expect(state.take(now: start) == .wait(until: start + .seconds(30)))
  }

  // MARK: - Failures

  /// The delays after failures in a row.
  private func delays(_ state: inout State, failures: Int) -> [Duration] {
    var delays: [Duration] = []
    var now = start
    for _ in 0..<failures {
      guard case .work(let key) = state.take(now: now) else { break }
      state.done(key, .failed, now: now)
      guard case .wait(let instant?) = state.take(now: now) else { break }
      delays.append(now.duration(to: instant))
      now = instant
    }
    return delays
  }

  @Test func `the delay after a failure doubles from five milliseconds up to a thousand seconds`() {
    var state = state("a")
    let expected = (0..<40).map { min(.milliseconds(5) * (1 << min($0, 30)), Duration.seconds(1_000)) }
    #expect(delays(&state, failures: 40) == expected)
  }

  @Test(arguments: [WorkOutcome.settled, .again(after: .zero)])
  func `success forgets the failures before`(outcome: WorkOutcome) {
    var state = state("a")
    #expect(delays(&state, failures: 5).last == .milliseconds(80))
    let later = start + .seconds(60)
    #expect(state.take(now: later) == .work("a"))
    state.done("a", outcome, now: later)
    state.add("a", now: start)
    #expect(state.take(now: later) == .work("a"))
    state.done("a", .failed, now: later)
    #expect(state.take(now: later) == .wait(until: later + .milliseconds(5)))
  }

  @Test func `a key that fails delays no other`() {
    var state = state("a", "b")
    #expect(state.take(now: start) == .work("a"))
    state.done("a", .failed, now: start)
    #expect(state.take(now: start) == .work("b"))
    state.done("b", .failed, now: start)
    #expect(state.take(now: start) == .wait(until: start + .milliseconds(5)))
  }

  @Test func `a key that was added while its work failed is tried again at once`() {
    var state = state("a")
    #expect(state.take(now: start) == .work("a"))
    state.add("a", now: start)
    state.done("a", .failed, now: start)
    #expect(state.take(now: start) == .work("a"))
  }
}
