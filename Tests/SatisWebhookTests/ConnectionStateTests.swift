import ControllerRuntime
import Synchronization
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

@Suite struct ConnectionsTests {
  /// The names of the connections that had to make room.
  private final class Closed: Sendable {
    private let list = Mutex<[String]>([])

    var names: [String] { list.withLock { $0 } }

    func add(_ name: String) {
      list.withLock { $0.append(name) }
    }
  }

  private let connections = Connections(
    limit: 2, metrics: WebhookMetrics(factory: MetricsRegistry(WebhookService.metricDescriptions)))
  private let closed = Closed()

  /// Opens a connection that is at something; nil when there is no room.
  private func open(_ name: String, _ standing: Connections.Standing = .waiting) -> Connections.Place? {
    let place = connections.open { [closed] in closed.add(name) }
    if let place { connections.set(place, standing) }
    return place
  }

  @Test func `where nobody waits, the first one whose call does not come to its end makes room`() {
    let places = [open("a", .receiving), open("b", .receiving), open("c", .receiving)]
    #expect(!places.contains(nil))
    #expect(closed.names == ["a"])
  }

  @Test func `a body that comes in pieces is no reason to stay longer`() throws {
    let first = try #require(open("a", .receiving))
    _ = open("b", .receiving)
    connections.set(first, .receiving)
    #expect(open("c") != nil)
    #expect(closed.names == ["a"])
  }

  @Test func `who waits for a call makes room before all whose calls come`() {
    _ = open("a", .receiving)
    _ = open("b", .waiting)
    #expect(open("c") != nil)
    #expect(closed.names == ["b"])
  }

  @Test func `a call that is worked on is not given up for another one`() throws {
    let first = try #require(open("a", .receiving))
    _ = open("b", .busy)
    connections.set(first, .busy)
    #expect(open("c") == nil)
    #expect(closed.names.isEmpty)
  }

  @Test func `one that has ended, or made room, has no place to give`() throws {
    let first = try #require(open("a", .receiving))
    let second = try #require(open("b", .receiving))
    connections.close(first)
    #expect(open("c", .busy) != nil)
    #expect(open("d", .busy) != nil)
    connections.set(second, .receiving)
    #expect(open("e") == nil)
    #expect(closed.names == ["b"])
  }
}

@Suite struct WaitingLineTests {
  private var line = WaitingLine()

  @Test mutating func `the first that came leaves first`() {
    for number: UInt64 in [3, 1, 2] { line.append(number) }
    line.append(3)
    #expect(line.removeFirst() == 3)
    #expect(line.removeFirst() == 1)
    #expect(line.removeFirst() == 2)
    #expect(line.removeFirst() == nil)
  }

  @Test mutating func `whoever leaves and comes again stands at the end`() {
    for number: UInt64 in [1, 2] { line.append(number) }
    line.remove(1)
    line.append(1)
    #expect(line.removeFirst() == 2)
    #expect(line.removeFirst() == 1)
    #expect(line.removeFirst() == nil)
  }

  @Test mutating func `a connection that comes and goes all the time takes no memory`() {
    for _ in 0..<10_000 {
      line.append(1)
      line.remove(1)
    }
    #expect(line.size < 100)
  }
}
