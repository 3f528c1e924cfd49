import KubernetesClient
import Testing

@testable import ControllerRuntime

@Suite struct WorkPriorityTests {
  private typealias State = WorkQueueState<String, ContinuousClock.Instant>

  private let start = ContinuousClock.now

  private func taken(_ state: inout State, _ count: Int = .max) -> [String] {
    var keys: [String] = []
    while keys.count < count, case .work(let key) = state.take(now: start) { keys.append(key) }
    return keys
  }

  @Test func `what a first list shows is less urgent than what an event tells`() {
    let map = ConfigMap(metadata: ObjectMetadata(name: "a", namespace: "shop"), data: [:])
    #expect(WorkPriority(of: WatchUpdate.replaced([map], unreadable: [])) == .listed)
    #expect(WorkPriority(of: WatchUpdate.applied(map)) == .live)
    #expect(WorkPriority(of: WatchUpdate.deleted(map)) == .live)
    #expect(WorkPriority.listed < .live)
  }

  @Test func `what has happened goes before what only a list shows`() {
    var state = State(maximumConcurrency: 1_000)
    for key in ["l1", "l2"] { state.add(key, .listed, now: start) }
    for key in ["e1", "e2"] { state.add(key, .live, now: start) }
    #expect(taken(&state) == ["e1", "e2", "l1", "l2"])
  }

  @Test func `a listed key that an event asks for becomes urgent, and is worked on once`() {
    var state = State(maximumConcurrency: 1_000)
    for key in ["l1", "l2", "l3"] { state.add(key, .listed, now: start) }
    state.add("l2", .live, now: start)
    #expect(state.depth == 3)
    #expect(state.adds == 3)
    #expect(taken(&state) == ["l2", "l1", "l3"])
  }

  @Test func `an urgent key stays so when a list shows it as well`() {
    var state = State(maximumConcurrency: 1_000)
    state.add("l1", .listed, now: start)
    state.add("e1", .live, now: start)
    state.add("e1", .listed, now: start)
    #expect(taken(&state) == ["e1", "l1"])
  }

  @Test func `listed keys are not starved by events without end`() {
    var state = State(maximumConcurrency: 1_000)
    for key in ["l1", "l2"] { state.add(key, .listed, now: start) }
    var order: [String] = []
    for number in 0..<40 {
      state.add("e\(number)", now: start)
      state.add("f\(number)", now: start)
      order += taken(&state, 1)
    }
    let first = order.firstIndex(of: "l1")
    let second = order.firstIndex(of: "l2")
    #expect(first == State.liveKeysInARow)
    #expect(second == 2 * State.liveKeysInARow + 1)
  }

  @Test func `what failed keeps its place behind the events`() {
    var state = State(maximumConcurrency: 1_000)
    state.add("l1", .listed, now: start)
    #expect(taken(&state) == ["l1"])
    state.done("l1", .failed, now: start)
    let later = start + .seconds(1)
    state.add("e1", now: later)
    #expect(state.take(now: later) == .work("e1"))
    #expect(state.take(now: later) == .work("l1"))
  }

  @Test func `an event during the work on a listed key counts for the next time`() {
    var state = State(maximumConcurrency: 1_000)
    for key in ["l1", "l2"] { state.add(key, .listed, now: start) }
    #expect(taken(&state, 1) == ["l1"])
    state.add("l1", .live, now: start)
    state.done("l1", .settled, now: start)
    #expect(taken(&state) == ["l1", "l2"])
  }

  @Test func `a key waits from the first time it is asked for`() {
    var state = State(maximumConcurrency: 1_000)
    state.add("a", .listed, now: start)
    state.add("a", .live, now: start + .seconds(3))
    #expect(state.take(now: start + .seconds(5)) == .work("a"))
    #expect(state.work(on: "a")?.waited == .seconds(5))
    #expect(state.unfinished(now: start + .seconds(7)) == [.seconds(2)])
    state.done("a", .settled, now: start + .seconds(7))
    #expect(state.unfinished(now: start + .seconds(8)).isEmpty)
  }

  @Test func `a delayed key waits from the time it is due`() {
    var state = State(maximumConcurrency: 1_000)
    state.add("a", at: start + .seconds(10))
    #expect(state.take(now: start + .seconds(12)) == .work("a"))
    #expect(state.work(on: "a")?.waited == .seconds(2))
  }

  @Test func `keys that come back by themselves are counted`() {
    var state = State(maximumConcurrency: 1_000)
    for key in ["a", "b", "c"] { state.add(key, now: start) }
    _ = taken(&state)
    state.done("a", .settled, now: start)
    state.done("b", .failed, now: start)
    state.done("c", .again(after: .seconds(1)), now: start)
    #expect(state.retries == 2)
  }
}
