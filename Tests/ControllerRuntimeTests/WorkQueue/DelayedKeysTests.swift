import Synchronization
import Testing

@testable import ControllerRuntime

@Suite struct DelayedKeysTests {
  private let start = ContinuousClock.now

  @Test func `keys come out by time, those of one time in the order in which they came`() {
    var keys = DelayedKeys<String, ContinuousClock.Instant>()
    keys.add("c", at: start + .seconds(2), .live)
    keys.add("a", at: start + .seconds(1), .listed)
    keys.add("b", at: start + .seconds(1), .live)
    #expect(keys.popDue(at: start) == nil)
    var order: [String] = []
    while let entry = keys.popDue(at: start + .seconds(2)) { order.append("\(entry.key) \(entry.priority)") }
    #expect(order == ["a listed", "b live", "c live"])
    #expect(keys.next == nil)
  }

  @Test func `an earlier time replaces a later one, not the other way round`() {
    var keys = DelayedKeys<String, ContinuousClock.Instant>()
    keys.add("a", at: start + .seconds(3), .live)
    keys.add("a", at: start + .seconds(1), .live)
    keys.add("a", at: start + .seconds(2), .live)
    #expect(keys.next == start + .seconds(1))
    #expect(keys.popDue(at: start + .seconds(3))?.key == "a")
    #expect(keys.popDue(at: start + .seconds(3)) == nil)
    #expect(keys.next == nil)
  }

  @Test func `a key whose time comes nearer again and again takes the room of a few`() {
    var keys = DelayedKeys<Int, ContinuousClock.Instant>()
    for key in 0..<10 {
      for step in 0..<10_000 { keys.add(key, at: start + .seconds(20_000 - step), .live) }
    }
    #expect(keys.heldEntries < 100)
    #expect(keys.next == start + .seconds(10_001))
  }

  /// A time that counts how often it is compared.
  private struct CountedInstant: InstantProtocol {
    static let comparisons = Atomic<Int>(0)

    let nanoseconds: Int64

    func advanced(by duration: Duration) -> Self {
      Self(nanoseconds: nanoseconds + Int64(duration / .nanoseconds(1)))
    }

    func duration(to other: Self) -> Duration { .nanoseconds(other.nanoseconds - nanoseconds) }

    static func < (left: Self, right: Self) -> Bool {
      comparisons.add(1, ordering: .relaxed)
      return left.nanoseconds < right.nanoseconds
    }
  }

  @Test func `a hundred thousand repositories that wait cost a turn next to nothing`() {
    var state = WorkQueueState<Int, CountedInstant>(maximumConcurrency: 16)
    let start = CountedInstant(nanoseconds: 0)
    for key in 0..<100_000 {
      state.add(key, at: start.advanced(by: .seconds(1 + (key * 7_919) % 100_000)))
    }
    let before = CountedInstant.comparisons.load(ordering: .relaxed)
    for _ in 0..<100 { #expect(state.take(now: start) == .wait(until: start.advanced(by: .seconds(1)))) }
    guard case .work = state.take(now: start.advanced(by: .seconds(1))) else {
      Issue.record("no key was due")
      return
    }
    // A look at each of them would be a hundred thousand comparisons a turn.
    #expect(CountedInstant.comparisons.load(ordering: .relaxed) - before < 1_000)
  }
}
