import KubernetesClient

/// The decisions of one process that wants to lead, without tasks, clocks or I/O.
///
/// The protocol is that of client-go: the holder of a Lease renews it, and somebody else may take it when its record
/// has not changed for as long as the record says. Only changes that this process has seen itself count, by its own
/// clock: the times in the record come from other clocks and are for people. Every write names the version that it was
/// decided on, so of several that take the Lease at once one succeeds.
///
/// A leader counts from when it sent its last successful write, others from when they saw it, which is later. It stops
/// after `renewDeadline`, they wait for `lease`; the difference is the margin for clocks that do not run alike.
struct LeaderElectionState<Instant: InstantProtocol>: Sendable where Instant.Duration == Duration {
  /// What the driver does next.
  enum Step: Equatable {
    /// Send this and report by `answered` what came of it; give up at the deadline.
    case request(LeaseRequest, deadline: Instant)
    /// Look again at this time, or when something was noticed.
    case wait(until: Instant)
    /// Nothing any more: the lease was given back, or was not held.
    case finished
    /// Stop all work and end the process.
    case lost(LeaseLost.Cause)
  }

  enum Role: Equatable {
    case standby
    /// It may work until then.
    case leading(until: Instant)
    /// The work has ended and the Lease is given back; no longer than until then.
    case releasing(until: Instant)
    case finished
    case lost(LeaseLost.Cause)
  }

  private enum Known {
    /// Seen first at this time.
    case record(LeaseRecord, since: Instant)
    /// There is no Lease; whoever held the one that was deleted has stopped by then.
    case absent(free: Instant)
  }

  /// As many writes may be refused in a row when others are at the Lease as well; more are somebody's mistake.
  private static var usualRefusals: Int { 2 }

  let identity: String
  private let timings: LeaderElectionTimings
  private(set) var role = Role.standby
  private var known: Known?
  /// What is known may be out of date, by a write whose end is unknown.
  private var mustRead = true
  private var due: Instant
  /// Writes in a row that were refused although the Lease was free, or its own.
  private var refusals = 0
  /// One that stands by does not write before then.
  private var rested: Instant
  private var sent: (request: LeaseRequest, time: Instant)?

  init(identity: String, timings: LeaderElectionTimings, now: Instant) {
    self.identity = identity
    self.timings = timings
    due = now
    rested = now
  }

  /// Whether work may begin or go on.
  func mayWork(at now: Instant) -> Bool {
    guard case .leading(let until) = role else { return false }
    return now < until
  }

  /// The present holder, as far as it is known.
  var holder: String? { record?.holder }

  /// Until when something has to come of the last step, or the driver stands still.
  var patience: Instant {
    switch role {
    case .leading(let until), .releasing(let until): until
    case .standby, .finished, .lost:
      max(due, (sent?.time ?? due).advanced(by: timings.requestLimit)).advanced(by: timings.lease)
    }
  }

  // MARK: - What comes next

  /// - Parameter wallTime: for the record.
  mutating func next(at now: Instant, wallTime: MicroTime) -> Step {
    let step = step(at: now, wallTime)
    if case .request(let request, _) = step { sent = (request, now) }
    return step
  }

  private mutating func step(at now: Instant, _ wallTime: MicroTime) -> Step {
    switch role {
    case .standby: return standbyStep(at: now, wallTime)
    case .leading(let until) where until <= now: role = .lost(.notRenewed)
    case .leading(let until): return leaderStep(at: now, until: until, wallTime)
    case .releasing(let until) where until <= now: role = .finished
    case .releasing(let until):
      guard due <= now else { return .wait(until: min(due, until)) }
      guard !mustRead else { return request(.read, at: now, until) }
      if let record, record.holder == identity {
        return request(
          .update(record.released(at: wallTime), resourceVersion: record.version), at: now, until)
      }
      role = .finished
    case .finished, .lost: break
    }
    if case .lost(let cause) = role { return .lost(cause) }
    return .finished
  }

  private func standbyStep(at now: Instant, _ wallTime: MicroTime) -> Step {
    guard !mustRead, let known else {
      return due <= now ? request(.read, at: now) : .wait(until: due)
    }
    let free = max(free(known), rested)
    if free <= now { return request(taking(known, wallTime), at: now) }
    return due <= now ? request(.read, at: now) : .wait(until: min(due, free))
  }

  private func leaderStep(at now: Instant, until: Instant, _ wallTime: MicroTime) -> Step {
    guard due <= now else { return .wait(until: min(due, until)) }
    guard !mustRead, let known else { return request(.read, at: now, until) }
    return request(taking(known, wallTime), at: now, until)
  }

  private func request(_ request: LeaseRequest, at now: Instant, _ until: Instant? = nil) -> Step {
    let limit = now.advanced(by: timings.requestLimit)
    return .request(request, deadline: until.map { min($0, limit) } ?? limit)
  }

  /// From when on the Lease may be taken.
  private func free(_ known: Known) -> Instant {
    switch known {
    case .absent(let free): return free
    case .record(let record, let since):
      guard let holder = record.holder, holder != identity else { return since }
      return since.advanced(by: duration(record))
    }
  }

  private func duration(_ record: LeaseRecord) -> Duration {
    // Its holder may have been configured otherwise than this process.
    guard let seconds = record.spec.leaseDurationSeconds, seconds > 0 else { return timings.lease }
    return .seconds(seconds)
  }

  private var record: LeaseRecord? {
    guard case .record(let record, _) = known else { return nil }
    return record
  }

  private func taking(_ known: Known, _ wallTime: MicroTime) -> LeaseRequest {
    guard case .record(let record, _) = known else {
      return .create(.held(by: identity, for: timings.lease, at: wallTime))
    }
    return .update(
      record.taken(by: identity, for: timings.lease, at: wallTime), resourceVersion: record.version)
  }

  // MARK: - What has happened

  /// The work has ended, and the process is going to.
  mutating func release(at now: Instant) {
    switch role {
    case .standby: role = .releasing(until: now.advanced(by: timings.requestLimit))
    case .leading(let until): role = .releasing(until: until)
    case .releasing, .finished, .lost: return
    }
    due = now
  }

  /// The watch has shown the Lease to one that stands by; nil when it is gone.
  ///
  /// It may be older than what is known. That costs time at most: a write on it is refused.
  mutating func noticed(_ shown: LeaseRecord?, at now: Instant) {
    guard role == .standby, shown?.version != record?.version else { return }
    if let shown {
      see(shown, at: now)
      mustRead = false
    } else {
      mustRead = true
      due = now
    }
  }

  /// The last request has come to an end.
  ///
  /// - Parameter jitter: a random number from 0 up to 1.
  mutating func answered(_ answer: LeaseAnswer, at now: Instant, jitter: Double) {
    guard let (request, sentTime) = sent else { return }
    sent = nil
    let pause = role == .standby ? timings.pause(jitter: jitter) : timings.retryPeriod
    switch answer {
    case .found(let record):
      mustRead = false
      see(record, at: now)
      if let written = request.spec {
        refusals = 0
        due = sentTime.advanced(by: timings.retryPeriod)
        wrote(written, sentAt: sentTime, now: now)
      } else {
        read(record)
        // Somebody else was first, as it happens at each hand-over.
        if let known, free(known) > now { refusals = 0 }
        if role == .standby { due = now.advanced(by: pause) }
      }
    case .absent:
      mustRead = false
      forget(at: now)
      due = role == .standby ? now.advanced(by: pause) : now
      if request.spec != nil { refuse(at: now, pause) }
    case .conflict:
      mustRead = true
      due = now
      refuse(at: now, pause)
    case .failed:
      mustRead = true
      due = now.advanced(by: pause)
    }
  }

  /// A write was refused.
  private mutating func refuse(at now: Instant, _ pause: Duration) {
    refusals += 1
    guard refusals > Self.usualRefusals else { return }
    // No read, and nothing that the watch shows, makes the next write come sooner.
    rested = now.advanced(by: pause)
    due = rested
  }

  private mutating func wrote(_ spec: Lease.Spec, sentAt sentTime: Instant, now: Instant) {
    guard spec.holderIdentity == identity else {
      role = .finished
      return
    }
    let until = sentTime.advanced(by: timings.renewDeadline)
    switch role {
    case .standby where now < until: role = .leading(until: until)
    // So late that it may have been taken again. It is tried anew.
    case .standby: due = now
    case .leading: role = .leading(until: until)
    case .releasing: due = now
    case .finished, .lost: break
    }
  }

  private mutating func read(_ record: LeaseRecord) {
    if case .leading = role, record.holder != identity {
      role = .lost(.taken(by: record.holder ?? "nobody"))
    }
  }

  private mutating func see(_ record: LeaseRecord, at now: Instant) {
    if case .record(let old, _) = known, old.version == record.version { return }
    known = .record(record, since: now)
  }

  private mutating func forget(at now: Instant) {
    switch known {
    case .record: known = known.map { .absent(free: free($0)) }
    case .absent: break
    case nil: known = .absent(free: now)
    }
  }
}
