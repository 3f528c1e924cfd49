import ControllerRuntime
import Testing

@testable import SatisWebhook

@Suite struct ConnectionStateTests {
  private typealias Instant = ConnectionState.Instant
  private let limits = ServingLimits()
  private let start = Instant.now
  private var state: ConnectionState

  init() {
    state = ConnectionState(limits: limits, now: start)
  }

  private mutating func call(at now: Instant) {
    #expect(state.head(length: 4, now: now) == .forward)
    #expect(state.body() == .forward)
    #expect(state.end(now: now) == .forward)
  }

  @Test mutating func `one call after the other is passed on and answered`() {
    for _ in 0..<3 {
      call(at: start)
      #expect(state.due == nil)
      #expect(!state.closesAfterAnswer)
      #expect(state.answered(now: start) == .none)
      #expect(state.due == start + limits.idleTime)
      #expect(state.standing == .waiting)
    }
  }

  @Test mutating func `until a call is whole its connection may make room, and then no more`() {
    #expect(state.standing == .waiting)
    #expect(state.head(length: 4, now: start) == .forward)
    #expect(state.standing == .receiving)
    #expect(state.body() == .forward)
    #expect(state.standing == .receiving)
    #expect(state.end(now: start) == .forward)
    #expect(state.standing == .busy)
  }

  @Test mutating func `the rest of a small body keeps nobody away, and the last answer is not cut off`() {
    #expect(state.head(length: 4, now: start) == .forward)
    #expect(state.answered(now: start) == .none)
    #expect(state.standing == .receiving)
    state.linger(start)
    #expect(state.standing == .busy)
  }

  @Test mutating func `a connection that says nothing is closed without a word`() {
    #expect(state.due == start + limits.idleTime)
    #expect(state.timeIsUp() == .close)
  }

  @Test mutating func `a header that has begun is given less time, and none more for each byte`() {
    state.bytes(now: start + .seconds(3))
    state.bytes(now: start + .seconds(9))
    #expect(state.due == start + .seconds(3) + limits.headerTime)
    #expect(state.timeIsUp() == .refuse(.timeout(header: limits.headerTime)))
  }

  @Test mutating func `a body that is late breaks, and its answer is the last one`() {
    #expect(state.head(length: 4, now: start) == .forward)
    #expect(state.body() == .forward)
    #expect(state.due == start + limits.bodyTime)
    #expect(state.timeIsUp() == .breakBody(.tooSlow(limits.bodyTime)))
    #expect(state.closesAfterAnswer)
    #expect(state.answered(now: start) == .linger)
    #expect(state.due == start + ServingLimits.lingerTime)
    #expect(state.timeIsUp() == .close)
  }

  @Test mutating func `a small body whose answer did not wait for it is read to its end, in its time`() {
    #expect(state.head(length: ServingLimits.smallBodyBytes, now: start) == .forward)
    #expect(!state.closesAfterAnswer)
    #expect(state.answered(now: start) == .none)
    #expect(state.due == start + limits.bodyTime)
    #expect(state.body() == .forward)
    #expect(state.end(now: start) == .forward)
    #expect(state.standing == .waiting)
  }

  @Test mutating func `the rest of a small body that does not come closes the connection`() {
    #expect(state.head(length: 4, now: start) == .forward)
    #expect(state.answered(now: start) == .none)
    #expect(state.timeIsUp() == .close)
  }

  @Test(arguments: [ServingLimits.smallBodyBytes + 1, nil])
  func `a large or endless body whose answer did not wait for it is thrown away`(length: Int?) {
    var state = state
    #expect(state.head(length: length, now: start) == .forward)
    #expect(state.closesAfterAnswer)
    #expect(state.answered(now: start) == .linger)
    #expect(state.body() == .drop)
    #expect(state.end(now: start) == .drop)
    #expect(state.isLingering)
  }

  @Test mutating func `what comes before the answer is thrown away, and ends the connection`() {
    call(at: start)
    #expect(state.head(length: 0, now: start) == .drop)
    #expect(state.end(now: start) == .drop)
    #expect(state.closesAfterAnswer)
    #expect(state.answered(now: start) == .linger)
  }

  @Test mutating func `what is no call is answered here, once`() {
    #expect(state.broken(.malformed) == .refuse(.badHTTP))
    state.linger(start)
    #expect(state.broken(.malformed) == .none)
    #expect(state.head(length: 0, now: start) == .drop)
  }

  @Test mutating func `a broken body is told to who reads it`() {
    #expect(state.head(length: nil, now: start) == .forward)
    #expect(state.broken(.malformed) == .breakBody(.malformed))
    #expect(state.due == nil)
    #expect(state.answered(now: start) == .linger)
  }

  @Test mutating func `noise after a call does not spoil its answer`() {
    call(at: start)
    #expect(state.broken(.malformed) == .none)
    #expect(state.answered(now: start) == .linger)
  }

  @Test(arguments: [
    ("::ffff:10.1.2.3", "10.1.2.3"), ("10.1.2.3", "10.1.2.3"), ("fd00::2", "fd00::2"), ("::1", "::1"),
  ])
  func `an address of IPv4 is shown as such, whoever listens`(address: String, shown: String) {
    #expect(ConnectionGuard.plain(address) == shown)
  }
}
