public import KubernetesClient
public import Logging
public import ServiceLifecycle
import Synchronization

/// Sees to it that of several processes one works at a time, by a Lease (`coordination.k8s.io/v1`).
///
/// It says how long work may go on, and anew with each renewal. Work that has not ended by then must not begin anything:
/// the process may have stood still, and there is nobody who would stop it. Nothing here fences a write that such a
/// process has decided on before and sends after: whoever depends on that needs a fence of his own.
///
/// In a group of services it comes before the work: services end in reverse order, so the Lease is given back when the
/// work has ended, and another process takes over at once.
public final class LeaderElector: Service, CustomStringConvertible {
  private typealias State = LeaderElectionState<ContinuousClock.Instant>

  private let store: LeaseStore
  // It counts while the machine sleeps, as the clocks of the others do.
  private let clock = ContinuousClock()
  private let state: Mutex<State>
  private let changed = Signal()
  private let events: EventRecorder?
  private let metrics: LeaderElectionMetrics?
  private let now: @Sendable () -> MicroTime
  private let lead: @Sendable (ContinuousClock.Instant) -> Void
  private let logger: Logger

  /// Creates one that does nothing until it is run.
  ///
  /// - Parameters:
  ///   - client: whose connections are not used: what holds up other requests must not cost the lead.
  ///   - lease: the name of the Lease, which is created where it is missing.
  ///   - identity: this process and no other, not even the one that comes after it in the same pod.
  ///   - events: takes what people are told.
  ///   - metrics: says whether this process leads.
  ///   - now: the wall clock, for what people read in the Lease.
  ///   - lead: is told until when this process may work, with each renewal.
  /// - Throws: when libcurl cannot be had for connections of its own.
  public init(
    client: KubernetesClient, lease: NamespacedName, identity: String,
    timings: LeaderElectionTimings = .standard, events: EventRecorder? = nil,
    metrics: LeaderElectionMetrics? = nil, logger: Logger,
    now: @escaping @Sendable () -> MicroTime, lead: @escaping @Sendable (ContinuousClock.Instant) -> Void
  ) throws(KubernetesError) {
    store = LeaseStore(client: try client.withOwnConnections(), key: lease)
    state = Mutex(State(identity: identity, timings: timings, now: ContinuousClock.now))
    self.events = events
    self.metrics = metrics
    self.now = now
    self.lead = lead
    var logger = logger
    logger[metadataKey: "lease"] = "\(lease)"
    logger[metadataKey: "identity"] = "\(identity)"
    self.logger = logger
  }

  /// Stands by, leads, and gives the Lease back at graceful shutdown; cancellation leaves it to run out.
  ///
  /// - Throws: `LeaseLost` when this process has led and may not any more. Nothing must be done after that.
  public func run() async throws {
    try await withGracefulShutdownHandler {
      try await standBy()
      try await elect()
    } onGracefulShutdown: {
      self.state.withLock { $0.release(at: self.clock.now) }
      self.changed.send()
    }
  }

  // MARK: - Health

  /// Whether the election goes on: a leader that is past its time and still there has to be restarted.
  public var liveness: HealthCheck {
    HealthCheck("lease") { [self] in
      let state = state.withLock { $0 }
      switch state.role {
      case .lost(let cause): return .bad(LeaseLost(lease: "\(store.key)", cause: cause).description)
      case .leading, .standby, .releasing, .finished:
        guard state.patience < clock.now else { return .good() }
        return .bad("the election stands still")
      }
    }
  }

  /// Whether this process leads or could take over.
  public var readiness: HealthCheck {
    HealthCheck("lease") { [self] in
      let state = state.withLock { $0 }
      switch state.role {
      case .leading: return state.mayWork(at: clock.now) ? .good(note: "leading") : .bad("past its time")
      case .standby:
        guard let holder = state.holder else { return .good(note: "standby, nobody leads yet") }
        return .good(note: "standby, \(holder) leads")
      case .releasing, .finished: return .good(note: "ending")
      case .lost: return .bad("lost")
      }
    }
  }

  // MARK: - The election

  /// Until this process leads, or is not to any more.
  ///
  /// A watch shows at once when the Lease becomes free. Who leads needs none: the renewal is refused when somebody else
  /// has taken the Lease, and a watch would only wake the process once more for each renewal.
  private func standBy() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { [self] in await store.watcher(logger: logger).run { self.notice($0) } }
      defer { group.cancelAll() }
      try await elect { $0 == .standby }
    }
  }

  private func elect(while goesOn: (State.Role) -> Bool = { _ in true }) async throws(LeaseLost) {
    var failures = 0
    while !Task.isCancelled, goesOn(state.withLock(\.role)) {
      switch state.withLock({ $0.next(at: clock.now, wallTime: now()) }) {
      case .wait(let instant): await changed.wait(until: instant, clock: clock)
      case .request(let request, let deadline):
        let (answer, error) = await store.send(request, deadline: deadline)
        guard !Task.isCancelled else { return }
        failures = error == nil ? 0 : failures + 1
        if let error { complain(error, isFirst: failures == 1) }
        take(answer)
      case .finished: return reportEnd()
      case .lost(let cause):
        // It may have been taken before the time that was told is over.
        lead(clock.now)
        metrics?.set(isLeader: false)
        let error = LeaseLost(lease: "\(store.key)", cause: cause)
        logger.critical("\(error)")
        throw error
      }
    }
  }

  private func take(_ answer: LeaseAnswer) {
    let jitter = Double.random(in: 0..<1)
    let (before, after) = state.withLock { state in
      let before = state
      state.answered(answer, at: clock.now, jitter: jitter)
      return (before, state)
    }
    report(from: before, to: after)
    if case .leading(let until) = after.role { lead(until) }
  }

  private func notice(_ update: WatchUpdate<Lease>) {
    let now = clock.now
    let (before, after) = state.withLock { state in
      let before = state
      switch update {
      case .replaced(let leases, _): state.noticed(leases.first.map { LeaseRecord($0) }, at: now)
      case .applied(let lease): state.noticed(LeaseRecord(lease), at: now)
      case .deleted: state.noticed(nil, at: now)
      case .unreadable: break
      }
      return (before, state)
    }
    report(from: before, to: after)
    changed.send()
  }

  // MARK: - What people are told

  private func report(from before: State, to after: State) {
    switch (before.role, after.role) {
    case (.standby, .leading):
      metrics?.set(isLeader: true)
      logger.notice("leading")
      announce("\(after.identity) became leader")
    case (.standby, .standby):
      // Its own name is there when the watch is faster than the answer.
      guard let holder = after.holder, holder != before.holder, holder != after.identity else { return }
      logger.info("standing by", metadata: ["leader": "\(holder)"])
    default: break
    }
  }

  private func reportEnd() {
    metrics?.set(isLeader: false)
    let state = state.withLock { $0 }
    guard state.holder == state.identity else { return logger.info("the election is over for this process") }
    logger.warning("the lease could not be given back; others wait until it has run out")
  }

  private func announce(_ note: String) {
    events?.record(
      on: ObjectReference(
        apiVersion: Lease.resourceType.apiVersion, kind: Lease.resourceType.kind,
        namespace: store.key.namespace, name: store.key.name, uid: nil),
      type: .normal, reason: "LeaderElection", action: "Lead", note: note)
  }

  private func complain(_ error: KubernetesError, isFirst: Bool) {
    logger.log(
      level: isFirst ? .warning : .debug, "the lease cannot be reached", metadata: ["cause": "\(error)"])
  }

  /// For the log.
  public var description: String { "leader election" }
}
