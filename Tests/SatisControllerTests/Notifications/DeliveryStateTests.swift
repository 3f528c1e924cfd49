import Testing

@testable import SatisController

@Suite struct DeliveryStateTests {
  private typealias Deliveries = DeliveryState<ContinuousClock.Instant>

  private let start = ContinuousClock.now

  private func delivery(_ uid: String, to url: String = "https://a") -> Deliveries.Delivery {
    Deliveries.Delivery(notification: .example(uid: uid), receiver: .example(url))
  }

  private func state(_ change: (inout Deliveries.Policy) -> Void = { _ in }) -> Deliveries {
    var policy = Deliveries.Policy()
    change(&policy)
    return Deliveries(policy: policy)
  }

  @Test func `a delivery that is taken is over`() {
    var state = state()
    _ = state.add(delivery("1"), at: start)
    #expect(state.take(at: start) == .post(delivery("1")))
    #expect(state.done(delivery("1").identity, .accepted, jitter: 0, at: start) == .delivered(attempts: 1))
    #expect(state.take(at: start) == .wait(until: nil))
    #expect(state.count == 0)
  }

  @Test func `delays double from a second to five minutes, and end after a day`() {
    var state = state()
    let item = delivery("1")
    _ = state.add(item, at: start)
    var now = start
    var delays: [Duration] = []
    posts: while true {
      #expect(state.take(at: now) == .post(item))
      switch state.done(item.identity, .failed("it is down", retryAfter: nil), jitter: 1, at: now) {
      case .again(let attempts, _, let delay):
        delays.append(delay)
        #expect(attempts == delays.count)
        #expect(state.take(at: now) == .wait(until: now + delay))
        now += delay
      case let verdict:
        #expect(verdict == .gaveUp(attempts: delays.count + 1, reason: "it is down"))
        break posts
      }
    }
    let expected: [Duration] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 300].map { .seconds($0) }
    #expect(Array(delays.prefix(10)) == expected)
    #expect(now - start <= .seconds(86_400) && now - start > .seconds(86_000))
    #expect(state.count == 0)
  }

  @Test(arguments: [(0.0, 500), (0.5, 750), (1.0, 1_000), (-3.0, 500), (7.0, 1_000)])
  func `half of a delay is up to chance`(jitter: Double, milliseconds: Int) {
    var state = state()
    _ = state.add(delivery("1"), at: start)
    _ = state.take(at: start)
    let verdict = state.done(delivery("1").identity, .failed("x", retryAfter: nil), jitter: jitter, at: start)
    #expect(verdict == .again(attempts: 1, reason: "x", after: .milliseconds(milliseconds)))
  }

  @Test func `a receiver that asks for a longer delay gets it`() {
    var state = state()
    _ = state.add(delivery("1"), at: start)
    _ = state.take(at: start)
    let verdict = state.done(
      delivery("1").identity, .failed("x", retryAfter: .seconds(90)), jitter: 1, at: start)
    #expect(verdict == .again(attempts: 1, reason: "x", after: .seconds(90)))
  }

  @Test func `a refusal is final`() {
    var state = state()
    _ = state.add(delivery("1"), at: start)
    _ = state.take(at: start)
    let verdict = state.done(delivery("1").identity, .refused("no"), jitter: 0, at: start)
    #expect(verdict == .gaveUp(attempts: 1, reason: "no"))
    #expect(state.count == 0)
  }

  @Test func `a delivery that is asked for twice is one, until it is over`() {
    var state = state()
    _ = state.add(delivery("1"), at: start)
    _ = state.add(delivery("1"), at: start)
    #expect(state.count == 1)
    _ = state.take(at: start)
    _ = state.add(delivery("1"), at: start)
    #expect(state.take(at: start) == .wait(until: nil))
    _ = state.done(delivery("1").identity, .accepted, jitter: 0, at: start)
    _ = state.add(delivery("1"), at: start)
    #expect(state.take(at: start) == .post(delivery("1")))
  }

  @Test func `a receiver gets one at a time, in order, while others get theirs`() {
    var state = state()
    for item in [delivery("1"), delivery("2"), delivery("3", to: "https://b")] {
      _ = state.add(item, at: start)
    }
    #expect(state.take(at: start) == .post(delivery("1")))
    #expect(state.take(at: start) == .post(delivery("3", to: "https://b")))
    #expect(state.take(at: start) == .wait(until: nil))
    _ = state.done(delivery("1").identity, .accepted, jitter: 0, at: start)
    #expect(state.take(at: start) == .post(delivery("2")))
  }

  @Test func `no more are under way at once than allowed`() {
    var state = state { $0.concurrency = 2 }
    for number in 1...3 { _ = state.add(delivery("\(number)", to: "https://\(number)"), at: start) }
    _ = state.take(at: start)
    _ = state.take(at: start)
    #expect(state.take(at: start) == .wait(until: nil))
  }

  @Test func `the oldest that is not under way makes room`() {
    var state = state { $0.capacity = 2 }
    #expect(state.add(delivery("1"), at: start) == nil)
    _ = state.take(at: start)
    #expect(state.add(delivery("2"), at: start) == nil)
    #expect(state.add(delivery("3"), at: start) == delivery("2"))
    #expect(state.count == 2)
    #expect(state.done(delivery("2").identity, .accepted, jitter: 0, at: start) == .unknown)
  }
}
