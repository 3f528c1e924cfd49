import KubernetesClient
import SeededRandom
import TestSupport

@testable import ControllerRuntime

/// Several processes that want to lead, and the one Lease, in virtual time; all that happens follows from a seed.
///
/// Requests and answers are late or lost, and a request whose answer nobody waits for any more may still be carried
/// out. Clocks show other times and run up to a tenth too fast or too slow. Processes crash, stand still, are cut off,
/// and end in an orderly way; each is followed by another one.
final class ElectionModel {
  /// Until then there are faults, in milliseconds.
  static let faultEnd: Int64 = 120_000
  /// Afterwards until then there are none.
  static let end: Int64 = faultEnd + 60_000

  private(set) var now: Int64 = 0
  /// When two processes worked at once; nil for never.
  private(set) var overlap: Int64?
  /// What happened how often, to know that it does happen.
  private(set) var tally: [String: Int] = [:]
  private var generator: SeededGenerator
  private var agenda: [(time: Int64, step: () -> Void)] = []
  private var lease: LeaseRecord?
  private var version = 0
  private var candidates: [Candidate] = []
  private var started = 0
  private var serverAwayUntil: Int64 = 0

  init(seed: UInt64) {
    generator = SeededGenerator(seed: seed)
  }

  /// The processes that may work at this moment.
  var workers: [String] { candidates.filter { $0.mayWork(at: now) }.map(\.state.identity) }

  func run(until end: Int64) {
    if started == 0 { begin() }
    while let next = agenda.first, next.time <= end {
      agenda.removeFirst()
      now = next.time
      next.step()
      if workers.count > 1, overlap == nil { overlap = now }
    }
    now = end
  }

  private func begin() {
    for _ in 0..<(chance(0.5) ? 2 : 3) { plan(number(0...3_000)) { self.start() } }
    var time: Int64 = 0
    while time < Self.faultEnd {
      plan(time) { self.disturb() }
      time += number(500...10_000)
    }
  }

  // MARK: - Faults

  private func disturb() {
    guard let victim = candidates.randomElement(using: &generator) else { return }
    switch number(0...4) {
    case 0: end(victim, "crash")
    case 1:
      count("freeze")
      victim.awake = min(now + number(100...40_000), Self.faultEnd)
      plan(victim.awake - now) { self.pump(victim) }
    case 2:
      count("partition")
      victim.reachable = now + number(100...30_000)
    case 3:
      count("outage")
      serverAwayUntil = now + number(100...20_000)
    default:
      count("shutdown")
      // Not before the work has ended, whatever time that takes.
      plan(number(0...2_000)) { self.shutDown(victim) }
    }
  }

  private func shutDown(_ candidate: Candidate) {
    whenAwake(candidate) {
      candidate.state.release(at: candidate.clock(self.now))
      self.pump(candidate)
    }
  }

  private func end(_ candidate: Candidate, _ reason: String) {
    guard let index = candidates.firstIndex(where: { $0 === candidate }) else { return }
    count(reason)
    candidates.remove(at: index)
    candidate.isAlive = false
    plan(number(100...5_000)) { self.start() }
  }

  // MARK: - Processes

  private func start() {
    started += 1
    let rate = 0.9 + 0.2 * Double(number(0...1_000)) / 1_000
    let candidate = Candidate(
      "candidate-\(started)", offset: number(-1_000_000...1_000_000), rate: rate, now: now)
    candidates.append(candidate)
    pump(candidate)
  }

  /// Does what the driver does.
  private func pump(_ candidate: Candidate) {
    guard candidate.isAlive, now >= candidate.awake, candidate.waitsFor == nil else { return }
    switch candidate.state.next(at: candidate.clock(now), wallTime: candidate.wallTime(now)) {
    case .wait(let instant): plan(max(1, candidate.time(instant) - now)) { self.pump(candidate) }
    case .request(let request, let deadline): send(request, by: candidate, deadline: deadline)
    case .finished: end(candidate, "given back")
    case .lost(.notRenewed): end(candidate, "not renewed")
    case .lost(.taken): end(candidate, "taken")
    }
  }

  private func whenAwake(_ candidate: Candidate, _ step: @escaping () -> Void) {
    guard candidate.isAlive else { return }
    guard now < candidate.awake else { return step() }
    plan(candidate.awake - now) { self.whenAwake(candidate, step) }
  }

  private func send(_ request: LeaseRequest, by candidate: Candidate, deadline: Tick) {
    candidate.requests += 1
    let number = candidate.requests
    candidate.waitsFor = number
    let finish = { (answer: LeaseAnswer) in
      self.whenAwake(candidate) {
        guard candidate.waitsFor == number else { return }
        candidate.waitsFor = nil
        if answer == .conflict { self.count("conflict") }
        let before = candidate.state.role
        candidate.state.answered(answer, at: candidate.clock(self.now), jitter: self.fraction())
        if before == .standby, case .leading = candidate.state.role { self.count("lead") }
        self.pump(candidate)
      }
    }
    plan(max(1, candidate.time(deadline) - now)) { finish(.failed) }
    guard isConnected(candidate) else { return }
    plan(delay()) {
      let answer = self.carryOut(request)
      guard self.isConnected(candidate) else { return self.count("lost answer") }
      self.plan(self.delay()) { finish(answer) }
    }
  }

  // MARK: - The server

  private func carryOut(_ request: LeaseRequest) -> LeaseAnswer {
    switch (request, lease) {
    case (.read, let lease?): return .found(lease)
    case (.read, nil), (.update, nil): return .absent
    case (.create(let spec), nil): return .found(commit(spec))
    case (.update(let spec, let version), let lease?) where version == lease.version:
      return .found(commit(spec))
    case (.create, _?), (.update, _?): return .conflict
    }
  }

  private func commit(_ spec: Lease.Spec) -> LeaseRecord {
    version += 1
    let record = LeaseRecord(spec: spec, version: "\(version)")
    lease = record
    for candidate in candidates where isConnected(candidate) {
      // Not even in the order of the writes.
      plan(delay()) {
        self.whenAwake(candidate) {
          candidate.state.noticed(record, at: candidate.clock(self.now))
          self.pump(candidate)
        }
      }
    }
    return record
  }

  private func isConnected(_ candidate: Candidate) -> Bool {
    guard now < Self.faultEnd else { return true }
    return now >= serverAwayUntil && now >= candidate.reachable && !chance(0.02)
  }

  private func delay() -> Int64 {
    now < Self.faultEnd && chance(0.05) ? number(100...8_000) : number(1...40)
  }

  // MARK: - Time and chance

  private func plan(_ delay: Int64, _ step: @escaping () -> Void) {
    let time = now + delay
    var low = 0
    var high = agenda.count
    while low < high {
      let middle = (low + high) / 2
      if agenda[middle].time <= time { low = middle + 1 } else { high = middle }
    }
    agenda.insert((time, step), at: low)
  }

  private func number(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &generator) }
  private func fraction() -> Double { Double(generator.next() >> 11) * 0x1p-53 }
  private func chance(_ probability: Double) -> Bool { fraction() < probability }
  private func count(_ word: String) { tally[word, default: 0] += 1 }
}

/// One process, with a clock of its own.
private final class Candidate {
  var state: LeaderElectionState<Tick>
  var isAlive = true
  /// It stands still until then.
  var awake: Int64 = 0
  /// It does not reach the server until then.
  var reachable: Int64 = 0
  var requests = 0
  /// The request whose answer it waits for.
  var waitsFor: Int?
  private let offset: Int64
  private let rate: Double

  init(_ identity: String, offset: Int64, rate: Double, now: Int64) {
    self.offset = offset
    self.rate = rate
    let tick = Tick(milliseconds: offset + Int64(Double(now) * rate))
    state = LeaderElectionState(identity: identity, timings: .standard, now: tick)
  }

  func mayWork(at time: Int64) -> Bool { state.mayWork(at: clock(time)) }

  /// What its clock shows.
  func clock(_ time: Int64) -> Tick { Tick(milliseconds: offset + Int64(Double(time) * rate)) }

  /// When its clock shows that.
  func time(_ tick: Tick) -> Int64 { Int64((Double(tick.milliseconds - offset) / rate).rounded(.up)) }

  func wallTime(_ time: Int64) -> MicroTime { MicroTime(microseconds: clock(time).milliseconds * 1_000) }
}
