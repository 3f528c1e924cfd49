import KubernetesClient
import Testing

@testable import ControllerRuntime

@Suite struct LeaderElectionStateTests {
  private typealias State = LeaderElectionState<Tick>

  private static let wallTime = MicroTime(microseconds: 1_700_000_000_000_000)

  private static func second(_ seconds: Double) -> Tick { Tick(milliseconds: Int64(seconds * 1_000)) }

  /// The record of a holder whose clock is far from right.
  private static func record(_ holder: String?, version: String = "1", seconds: Int? = 15) -> LeaseRecord {
    let time = MicroTime(microseconds: 4_000_000_000_000_000)
    return LeaseRecord(
      spec: .init(
        holderIdentity: holder, leaseDurationSeconds: seconds, acquireTime: time, renewTime: time,
        leaseTransitions: 4),
      version: version)
  }

  private static func state() -> State {
    State(identity: "me", timings: .standard, now: second(0))
  }

  /// A process that has taken a Lease that had been given back, at second 0.
  private static func leader() -> State {
    var state = state()
    _ = state.next(at: second(0), wallTime: wallTime)
    state.answered(.found(record("")), at: second(0), jitter: 0)
    let spec = state.write(at: second(0))
    state.answered(.found(LeaseRecord(spec: spec ?? .init(), version: "2")), at: second(0), jitter: 0)
    return state
  }

  /// A process that has seen somebody else hold the Lease, at second 0.
  private static func standby(seconds: Int? = 15) -> State {
    var state = state()
    _ = state.next(at: second(0), wallTime: wallTime)
    state.answered(.found(record("other", seconds: seconds)), at: second(0), jitter: 0)
    return state
  }

  // MARK: - Taking over

  @Test func `a Lease that is missing is created, and its creator leads`() throws {
    var state = Self.state()
    #expect(state.request(at: Self.second(0)) == .read)
    state.answered(.absent, at: Self.second(0.1), jitter: 0)
    let spec = Lease.Spec(
      holderIdentity: "me", leaseDurationSeconds: 15, acquireTime: Self.wallTime, renewTime: Self.wallTime,
      leaseTransitions: 0)
    #expect(state.request(at: Self.second(0.1)) == .create(spec))
    state.answered(.found(LeaseRecord(spec: spec, version: "1")), at: Self.second(0.2), jitter: 0)
    #expect(state.role == .leading(until: Self.second(10.1)))
  }

  @Test func `a Lease that was given back is taken at once, which counts as a transition`() throws {
    let state = Self.leader()
    #expect(state.mayWork(at: Self.second(0)))
    var next = Self.standby()
    next.noticed(Self.record("", version: "7"), at: Self.second(1))
    guard case .update(let spec, let version) = next.request(at: Self.second(1)) else {
      Issue.record("it does not take the Lease")
      return
    }
    #expect(version == "7")
    #expect(spec.leaseTransitions == 5)
    #expect(spec.acquireTime == Self.wallTime)
  }

  @Test func `a Lease is taken when it has not changed for its time, whatever time it shows`() {
    var state = Self.standby()
    for second in [2.0, 4, 6, 8, 10, 12, 14.9] {
      #expect(state.request(at: Self.second(second)) == .read)
      state.answered(.found(Self.record("other")), at: Self.second(second), jitter: 0)
    }
    #expect(state.next(at: Self.second(14.9), wallTime: Self.wallTime) == .wait(until: Self.second(15)))
    #expect(state.write(at: Self.second(15))?.holderIdentity == "me")
  }

  @Test func `each renewal that is seen, by the watch too, begins the wait anew`() {
    var state = Self.standby()
    state.noticed(Self.record("other", version: "2"), at: Self.second(9))
    #expect(state.write(at: Self.second(23.9)) == nil)
    state.answered(.found(Self.record("other", version: "2")), at: Self.second(23.9), jitter: 0)
    #expect(state.write(at: Self.second(24)) != nil)
  }

  @Test(arguments: [(5, 5.0), (30, 30.0), (nil, 15.0), (0, 15.0)] as [(Int?, Double)])
  func `the holder says how long to wait, if it does`(seconds: Int?, end: Double) {
    var state = Self.standby(seconds: seconds)
    #expect(state.write(at: Self.second(end - 0.1)) == nil)
    state.answered(.failed, at: Self.second(end - 0.1), jitter: 0)
    state.noticed(Self.record("other", seconds: seconds), at: Self.second(end))
    state = Self.standby(seconds: seconds)
    #expect(state.write(at: Self.second(end)) != nil)
  }

  @Test func `of two that take it one is refused, and looks who it was`() {
    var state = Self.standby()
    #expect(state.write(at: Self.second(15)) != nil)
    state.answered(.conflict, at: Self.second(15), jitter: 0)
    #expect(state.request(at: Self.second(15)) == .read)
    state.answered(.found(Self.record("third", version: "2")), at: Self.second(15), jitter: 0)
    #expect(state.holder == "third")
    #expect(state.write(at: Self.second(29.9)) == nil)
  }

  @Test func `a server that reports a conflict at each write is asked with pauses from the third one on`() {
    var state = Self.standby()
    for _ in 1...2 {
      #expect(state.write(at: Self.second(15)) != nil)
      state.answered(.conflict, at: Self.second(15), jitter: 0)
      #expect(state.request(at: Self.second(15)) == .read)
      state.answered(.found(Self.record("other")), at: Self.second(15), jitter: 0)
    }
    for second in [15.0, 17, 19] {
      #expect(state.write(at: Self.second(second)) != nil)
      state.answered(.conflict, at: Self.second(second), jitter: 0)
      let step = state.next(at: Self.second(second), wallTime: Self.wallTime)
      #expect(step == .wait(until: Self.second(second + 2)))
      #expect(state.request(at: Self.second(second + 2)) == .read)
      state.answered(.found(Self.record("other")), at: Self.second(second + 2), jitter: 0)
    }
    // What the watch shows is no reason for haste either.
    #expect(state.write(at: Self.second(21)) != nil)
    state.answered(.conflict, at: Self.second(21), jitter: 0)
    state.noticed(Self.record("", version: "2"), at: Self.second(22))
    #expect(state.next(at: Self.second(22), wallTime: Self.wallTime) == .wait(until: Self.second(23)))
    #expect(state.write(at: Self.second(23)) != nil)
  }

  @Test func `a Lease that cannot be created is tried with pauses from the third time on`() {
    var state = Self.state()
    #expect(state.request(at: Self.second(0)) == .read)
    state.answered(.absent, at: Self.second(0), jitter: 0)
    for _ in 1...3 {
      #expect(state.write(at: Self.second(0)) != nil)
      state.answered(.absent, at: Self.second(0), jitter: 0)
    }
    #expect(state.next(at: Self.second(0), wallTime: Self.wallTime) == .wait(until: Self.second(2)))
    #expect(state.write(at: Self.second(2)) != nil)
  }

  @Test func `whoever comes second at each hand-over is as fast at the next one`() {
    var state = Self.standby()
    for round in 1...5 {
      let time = Self.second(Double(round))
      state.noticed(Self.record("", version: "\(round)-free"), at: time)
      #expect(state.write(at: time) != nil)
      state.answered(.conflict, at: time, jitter: 0)
      // The watch may be faster than the answer.
      if round.isMultiple(of: 2) { state.noticed(Self.record("third", version: "\(round)"), at: time) }
      #expect(state.request(at: time) == .read)
      state.answered(.found(Self.record("third", version: "\(round)")), at: time, jitter: 0)
    }
  }

  @Test func `two conflicts do not delay a hand-over`() {
    var state = Self.standby()
    for version in ["2", "3"] {
      state.noticed(Self.record("", version: version), at: Self.second(1))
      #expect(state.write(at: Self.second(1)) != nil)
      state.answered(.conflict, at: Self.second(1), jitter: 0)
      #expect(state.request(at: Self.second(1)) == .read)
      state.answered(.found(Self.record("", version: "4")), at: Self.second(1), jitter: 0)
    }
    #expect(state.write(at: Self.second(1)) != nil)
  }

  @Test func `the pause of those who wait is from 2 to 4.4 seconds`() {
    for (jitter, end) in [(0.0, 2.0), (0.5, 3.2), (1.0, 4.4)] {
      var state = Self.state()
      #expect(state.request(at: Self.second(0)) == .read)
      state.answered(.failed, at: Self.second(0), jitter: jitter)
      #expect(state.next(at: Self.second(0), wallTime: Self.wallTime) == .wait(until: Self.second(end)))
    }
  }

  @Test func `whoever is the holder without knowing it, since the answer was lost, renews before it leads`() {
    var state = Self.standby()
    #expect(state.write(at: Self.second(15)) != nil)
    state.answered(.failed, at: Self.second(20), jitter: 0)
    #expect(state.request(at: Self.second(22)) == .read)
    state.answered(.found(Self.record("me", version: "2")), at: Self.second(22), jitter: 0)
    #expect(!state.mayWork(at: Self.second(22)))
    let spec = state.write(at: Self.second(22))
    #expect(spec?.leaseTransitions == 4)
    state.answered(.found(Self.record("me", version: "3")), at: Self.second(22), jitter: 0)
    #expect(state.mayWork(at: Self.second(31.9)))
  }

  @Test func `an answer that comes so late that the time is over makes no leader`() {
    var state = Self.standby()
    #expect(state.write(at: Self.second(15)) != nil)
    // The process stood still in between.
    state.answered(.found(Self.record("me", version: "2")), at: Self.second(25), jitter: 0)
    #expect(state.role == .standby)
    #expect(state.write(at: Self.second(25)) != nil)
  }

  @Test func `a Lease that somebody has deleted is not taken before its holder has stopped`() {
    var state = Self.standby()
    state.noticed(nil, at: Self.second(3))
    #expect(state.request(at: Self.second(3)) == .read)
    state.answered(.absent, at: Self.second(3), jitter: 0)
    #expect(state.write(at: Self.second(14.9)) == nil)
    state.answered(.absent, at: Self.second(14.9), jitter: 0)
    #expect(state.write(at: Self.second(15)) != nil)
  }

  // MARK: - Leading

  @Test func `a leader renews every two seconds and keeps since when and how often`() {
    var state = Self.leader()
    let wait = state.next(at: Self.second(0), wallTime: Self.wallTime)
    #expect(wait == .wait(until: Self.second(2)))
    let later = MicroTime(microseconds: Self.wallTime.microseconds + 2_000_000)
    let step = state.next(at: Self.second(2), wallTime: later)
    let spec = Lease.Spec(
      holderIdentity: "me", leaseDurationSeconds: 15, acquireTime: Self.wallTime, renewTime: later,
      leaseTransitions: 5)
    #expect(step == .request(.update(spec, resourceVersion: "2"), deadline: Self.second(7)))
    state.answered(.found(LeaseRecord(spec: spec, version: "3")), at: Self.second(2.5), jitter: 0)
    // Counted from when it was sent, since nobody knows when it was carried out.
    #expect(state.role == .leading(until: Self.second(12)))
    #expect(state.next(at: Self.second(3), wallTime: later) == .wait(until: Self.second(4)))
  }

  @Test func `a leader that cannot renew tries again, and stops five seconds before others may take over`() {
    var state = Self.leader()
    #expect(state.write(at: Self.second(2)) != nil)
    state.answered(.failed, at: Self.second(7), jitter: 0)
    #expect(state.mayWork(at: Self.second(7)))
    let step = state.next(at: Self.second(9), wallTime: Self.wallTime)
    #expect(step == .request(.read, deadline: Self.second(10)))
    state.answered(.failed, at: Self.second(10), jitter: 0)
    #expect(!state.mayWork(at: Self.second(10)))
    #expect(state.next(at: Self.second(10), wallTime: Self.wallTime) == .lost(.notRenewed))
  }

  @Test func `a leader that stood still may not work, even before it has noticed`() {
    var state = Self.leader()
    #expect(state.mayWork(at: Self.second(9.9)))
    #expect(!state.mayWork(at: Self.second(10)))
    #expect(state.next(at: Self.second(60), wallTime: Self.wallTime) == .lost(.notRenewed))
    #expect(state.next(at: Self.second(61), wallTime: Self.wallTime) == .lost(.notRenewed))
  }

  @Test func `an answer that comes after the time of a leader does not bring it back`() {
    var state = Self.leader()
    #expect(state.write(at: Self.second(2)) != nil)
    state.answered(.found(Self.record("me", version: "3")), at: Self.second(30), jitter: 0)
    #expect(!state.mayWork(at: Self.second(30)))
    #expect(state.next(at: Self.second(30), wallTime: Self.wallTime) == .lost(.notRenewed))
  }

  @Test func `after a conflict with itself a leader looks and renews at once`() {
    var state = Self.leader()
    #expect(state.write(at: Self.second(2)) != nil)
    state.answered(.conflict, at: Self.second(2), jitter: 0)
    #expect(state.request(at: Self.second(2)) == .read)
    state.answered(.found(Self.record("me", version: "9")), at: Self.second(2), jitter: 0)
    #expect(state.mayWork(at: Self.second(2)))
    guard case .update(_, "9") = state.request(at: Self.second(2)) else {
      Issue.record("it does not renew what it has seen")
      return
    }
  }

  @Test func `a leader that meets a conflict at each renewal pauses from the third one on`() {
    var state = Self.leader()
    for _ in 1...2 {
      #expect(state.write(at: Self.second(2)) != nil)
      state.answered(.conflict, at: Self.second(2), jitter: 0)
      #expect(state.request(at: Self.second(2)) == .read)
      state.answered(.found(Self.record("me", version: "2")), at: Self.second(2), jitter: 0)
    }
    for second in [2.0, 4, 6, 8] {
      #expect(state.write(at: Self.second(second)) != nil)
      state.answered(.conflict, at: Self.second(second), jitter: 0)
      let step = state.next(at: Self.second(second), wallTime: Self.wallTime)
      #expect(step == .wait(until: Self.second(second + 2)))
      guard second < 8 else { break }
      #expect(state.request(at: Self.second(second + 2)) == .read)
      state.answered(.found(Self.record("me", version: "2")), at: Self.second(second + 2), jitter: 0)
    }
    #expect(state.next(at: Self.second(10), wallTime: Self.wallTime) == .lost(.notRenewed))
  }

  @Test func `a leader stops when it sees that somebody else holds the Lease`() {
    var state = Self.leader()
    #expect(state.write(at: Self.second(2)) != nil)
    state.answered(.conflict, at: Self.second(2), jitter: 0)
    // It may have been the answer to its own write that was lost, so the server is asked.
    #expect(state.mayWork(at: Self.second(2)))
    #expect(state.request(at: Self.second(2)) == .read)
    state.answered(.found(Self.record("other", version: "3")), at: Self.second(2), jitter: 0)
    #expect(!state.mayWork(at: Self.second(2)))
    #expect(state.next(at: Self.second(2), wallTime: Self.wallTime) == .lost(.taken(by: "other")))
  }

  @Test(arguments: [record("me", version: "2"), record("other"), nil])
  func `what a watch shows late does not disturb a leader`(shown: LeaseRecord?) {
    var state = Self.leader()
    state.noticed(shown, at: Self.second(1))
    #expect(state.next(at: Self.second(1), wallTime: Self.wallTime) == .wait(until: Self.second(2)))
  }

  @Test func `a Lease that was deleted is made again by its leader`() {
    var state = Self.leader()
    #expect(state.write(at: Self.second(2)) != nil)
    state.answered(.absent, at: Self.second(2), jitter: 0)
    #expect(state.mayWork(at: Self.second(2)))
    guard case .create = state.request(at: Self.second(2)) else {
      Issue.record("it does not create the Lease")
      return
    }
  }

  // MARK: - Giving back

  @Test func `what is given back has no holder and one second to run, as client-go writes it`() {
    var state = Self.leader()
    state.release(at: Self.second(1))
    #expect(!state.mayWork(at: Self.second(1)))
    let spec = state.write(at: Self.second(1))
    #expect(
      spec
        == Lease.Spec(
          holderIdentity: "", leaseDurationSeconds: 1, acquireTime: Self.wallTime, renewTime: Self.wallTime,
          leaseTransitions: 5))
    state.answered(.found(LeaseRecord(spec: spec ?? .init(), version: "3")), at: Self.second(1), jitter: 0)
    #expect(state.next(at: Self.second(1), wallTime: Self.wallTime) == .finished)
  }

  @Test func `a renewal that is under way when the end comes is waited for, then the Lease is given back`() {
    var state = Self.leader()
    #expect(state.write(at: Self.second(2)) != nil)
    state.release(at: Self.second(2))
    state.answered(.found(Self.record("me", version: "3")), at: Self.second(2.1), jitter: 0)
    #expect(!state.mayWork(at: Self.second(2.1)))
    #expect(state.write(at: Self.second(2.1))?.holderIdentity == "")
  }

  @Test func `giving back is tried until the lease runs out by itself`() {
    var state = Self.leader()
    state.release(at: Self.second(1))
    #expect(state.write(at: Self.second(1)) != nil)
    state.answered(.failed, at: Self.second(6), jitter: 0)
    #expect(state.request(at: Self.second(8)) == .read)
    state.answered(.found(Self.record("me", version: "2")), at: Self.second(8), jitter: 0)
    #expect(state.write(at: Self.second(8)) != nil)
    state.answered(.failed, at: Self.second(10), jitter: 0)
    #expect(state.next(at: Self.second(10), wallTime: Self.wallTime) == .finished)
  }

  @Test func `whoever stands by has nothing to give back`() {
    var state = Self.standby()
    state.release(at: Self.second(1))
    #expect(state.next(at: Self.second(1), wallTime: Self.wallTime) == .finished)
  }
}

extension LeaderElectionState<Tick> {
  fileprivate mutating func request(at now: Tick) -> LeaseRequest? {
    let step = next(at: now, wallTime: MicroTime(microseconds: 1_700_000_000_000_000))
    guard case .request(let request, _) = step else { return nil }
    return request
  }

  fileprivate mutating func write(at now: Tick) -> Lease.Spec? { request(at: now)?.spec }
}
