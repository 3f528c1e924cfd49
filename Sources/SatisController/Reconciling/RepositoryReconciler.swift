import ControllerRuntime
import KubernetesClient
import Logging
import SatisAPI
import Synchronization

/// Carries out what `RepositoryPlanner` decides: reads what it asks for, performs its actions in order, and
/// stops at the first that fails.
///
/// It decides nothing itself.
final class RepositoryReconciler<Access: ClusterAccess>: Sendable {
  let access: Access
  let caches: Caches
  let slots: Mutex<JobSlots>
  let now: @Sendable () -> Timestamp
  private let mayWrite: @Sendable () -> Bool
  private let decide: @Sendable (Situation) -> Decision
  let desk = NotificationDesk()
  private let unanswered = UnansweredWrites()
  let post: @Sendable (BuildNotification, NotificationReceiver) -> Void
  let announce: @Sendable (Announcement) -> Void
  private let measure: @Sendable (SatisBuild, SatisBuild.Status) -> Void
  private let reconcileID: @Sendable () -> String
  let wake: @Sendable ([NamespacedName]) -> Void
  private let logger: Logger

  /// Creates a driver.
  ///
  /// - Parameters:
  ///   - maximumJobs: Jobs at once over all repositories; nil for any number.
  ///   - mayWrite: whether this process may still act on what it has decided.
  ///   - decide: the decisions that are carried out.
  ///   - post: begins to tell a receiver; how it ended comes back by `posted`.
  ///   - announce: tells people what happened.
  ///   - measure: is told each status of a build that the server has accepted.
  ///   - reconcileID: a word by which the log lines of one reconcile are known.
  ///   - wake: reconciles repositories whose turn has come.
  init(
    access: Access, caches: Caches, maximumJobs: Int?, logger: Logger,
    now: @escaping @Sendable () -> Timestamp,
    mayWrite: @escaping @Sendable () -> Bool = { true },
    decide: @escaping @Sendable (Situation) -> Decision = RepositoryPlanner.decide,
    post: @escaping @Sendable (BuildNotification, NotificationReceiver) -> Void = { _, _ in },
    announce: @escaping @Sendable (Announcement) -> Void = { _ in },
    measure: @escaping @Sendable (SatisBuild, SatisBuild.Status) -> Void = { _, _ in },
    reconcileID: @escaping @Sendable () -> String = { String(UInt32.random(in: 0 ... .max), radix: 16) },
    wake: @escaping @Sendable ([NamespacedName]) -> Void
  ) {
    self.access = access
    self.mayWrite = mayWrite
    self.decide = decide
    self.caches = caches
    slots = Mutex(JobSlots(limit: maximumJobs))
    self.now = now
    self.post = post
    self.announce = announce
    self.measure = measure
    self.reconcileID = reconcileID
    self.wake = wake
    self.logger = logger
  }

  /// Counts the Jobs that run already, before any decision is made.
  func adoptRunningJobs() {
    for repository in caches.repositories.objects where repository.status?.activeJob != nil {
      _ = slots.withLock { $0.settle(repository.key, hasJob: true, isWaiting: false) }
    }
  }

  /// Works on one repository until there is nothing to do but wait.
  func reconcile(_ key: NamespacedName) async -> WorkOutcome {
    var logger = logger
    logger[metadataKey: "reconcile-id"] = "\(reconcileID())"
    logger[metadataKey: "repository"] = "\(key)"
    do throws(KubernetesError) {
      var situation = situation(key)
      for write in unanswered.settle(key, situation.builds) { tell(write.build, write.status, logger) }
      while true {
        let refusal: Refusal?
        switch decide(situation) {
        case .look(let looks):
          refusal = try await look(looks, into: &situation)
        case .act(let actions, let again):
          refusal = try await perform(actions, of: key, logger)
          // What follows at once has the slot that this was given: who lets go of it waits behind all others.
          if case .build? = refusal { break }
          settle(key, slot: situation.live.slot, isRefused: situation.live.jobRefusal != nil)
          if refusal == nil { return again.map { .again(after: $0) } ?? .settled }
        }
        if let refusal { situation = self.situation(after: refusal, of: situation, logger) }
      }
    } catch {
      settle(key)
      return outcome(of: error, logger)
    }
  }

  private func outcome(of error: KubernetesError, _ logger: Logger) -> WorkOutcome {
    if error.isCancelled { return .failed }
    // A conflict is how the server says that the decision was made from an old view; it is no trouble.
    logger.log(
      level: error.isConflict ? .debug : .warning, "reconciling is interrupted and tried again",
      metadata: ["cause": "\(RedactedText("\(error)"))"])
    return .failed
  }

  private func situation(_ key: NamespacedName) -> Situation {
    let repository = caches.repositories[key]
    return Situation(
      key: key,
      now: now(),
      repository: repository,
      builds: caches.builds.objects(indexedBy: key),
      cachedJobs: caches.jobs.objects(indexedBy: key),
      cachedPods: caches.pods.objects(indexedBy: key),
      neighbours: repository.map(caches.neighbours(of:)) ?? [])
  }

  /// What there is to decide by now, when a claim may be written.
  private func situation(after refusal: Refusal, of earlier: Situation, _ logger: Logger) -> Situation {
    var situation = situation(earlier.key)
    // What was refused is not tried again before the next look.
    situation.live.jobRefusal = earlier.live.jobRefusal
    situation.live.buildRefusal = earlier.live.buildRefusal
    switch refusal {
    case .job(let refusal): situation.live.jobRefusal = refusal
    case .build(let hindrance):
      situation.live.buildRefusal = hindrance
      log(hindrance, "the server takes no build that is due", situation, logger)
    case .hindrance(let hindrance):
      situation.live.hindrance = hindrance
      log(hindrance, "the server does not let anything be built", situation, logger)
    }
    return situation
  }

  private func log(
    _ hindrance: Hindrance, _ message: Logger.Message, _ situation: Situation, _ logger: Logger
  ) {
    let isNews = situation.repository?.readiness?.reason != hindrance.reason
    logger.log(level: isNews ? .warning : .debug, message, metadata: ["problem": "\(hindrance.message)"])
  }

  private func look(
    _ looks: Set<Look>, into situation: inout Situation
  ) async throws(KubernetesError) -> Refusal? {
    do throws(KubernetesError) {
      try await take(looks, into: &situation)
      return nil
    } catch {
      // Once it is known what is missing, nothing is left to look for.
      guard situation.live.hindrance == nil, let refusal = Refusal(error, of: situation.key) else {
        throw error
      }
      return refusal
    }
  }

  /// Keeps count of the Jobs that run.
  ///
  /// - Parameters:
  ///   - slot: the answer to whoever asked for one.
  ///   - isRefused: whether the server does not take the claim's Job, which then keeps nobody else from theirs.
  private func settle(_ key: NamespacedName, slot: Situation.SlotAnswer? = nil, isRefused: Bool = false) {
    let claim = caches.repositories[key]?.status?.activeJob
    if let claim, slot == nil, !isRefused {
      // Without a Job that can be seen it has the slot that it had, or none.
      guard caches.jobs[NamespacedName(namespace: key.namespace, name: claim.name)] != nil else { return }
    }
    let isWaiting = slot.map { $0 != .granted } ?? false
    let hasJob = claim != nil && !isRefused && !isWaiting
    let next = slots.withLock { $0.settle(key, hasJob: hasJob, isWaiting: isWaiting) }
    if !next.isEmpty { wake(next) }
  }

  // MARK: - Acting

  /// Performs actions in order, up to one that the server does not allow.
  private func perform(
    _ actions: [Action], of key: NamespacedName, _ logger: Logger
  ) async throws(KubernetesError) -> Refusal? {
    var receivers = KnownReceivers()
    for action in actions {
      // The process may have stood still since it decided, and another one may decide by now.
      guard mayWrite() else {
        throw KubernetesError(
          request: "the next write", cause: .configuration("this process may not lead any more"))
      }
      do throws(KubernetesError) {
        try await perform(action, logger, &receivers)
      } catch {
        guard let refusal = Refusal(action, error, of: key) else { throw error }
        return refusal
      }
    }
    return nil
  }

  private func perform(
    _ action: Action, _ logger: Logger, _ receivers: inout KnownReceivers
  ) async throws(KubernetesError) {
    switch action {
    case .setFinalizer(let repository, let isWanted):
      if let written = try await access.setFinalizer(repository, isWanted) {
        caches.repositories.wrote(written)
      }
    case .ensureSnapshot(let snapshot): try await access.ensure(snapshot)
    case .updateRepository(let repository, let status):
      if let written = try await access.update(repository, status) { caches.repositories.wrote(written) }
      Announcement(repository, from: repository.status, to: status).map(announce)
    case .createJob(let manifest):
      try await access.create(manifest)
      announce(Announcement(manifest))
      logger.info(
        "created a Job",
        metadata: [
          "job": "\(manifest.key)", "builds": "\(manifest.claim.builds.map(\.name).joined(separator: ","))",
        ])
    case .createBuild(let build):
      try await access.create(build)
      logger.info("created a build", metadata: ["build": "\(build.key)"])
    case .updateBuild(let build, let status): try await update(build, status, logger)
    case .notify(let build, let notification, let targets):
      try await notify(build, notification, targets, &receivers)
    case .stopPod(let key, let since):
      try await access.stopPod(key, since: since)
      logger.info("told a pod to stop", metadata: ["pod": "\(key)"])
    case .endPod(let key):
      try await access.endPod(key)
      logger.info("let its node end a pod that does not stop", metadata: ["pod": "\(key)"])
    case .deleteJob(let key, let uid):
      try await access.deleteJob(key, uid: uid)
      logger.info("deleted a Job", metadata: ["job": "\(key)"])
    case .deleteBuild(let key, let uid): try await access.deleteBuild(key, uid: uid)
    case .deleteSnapshot(let key): try await access.deleteSnapshot(key)
    }
  }

  private func update(
    _ build: SatisBuild, _ status: SatisBuild.Status, _ logger: Logger
  ) async throws(KubernetesError) {
    let key = NamespacedName(namespace: build.key.namespace, name: build.spec.repositoryRef.name)
    let written: SatisBuild?
    do throws(KubernetesError) {
      written = try await access.update(build, status)
    } catch {
      unanswered.note(status, of: build, key, error)
      throw error
    }
    unanswered.forget(build, key)
    guard let written else { return }
    caches.builds.wrote(written)
    tell(build, status, logger)
  }

  /// What follows the write of a build's status.
  private func tell(_ build: SatisBuild, _ status: SatisBuild.Status, _ logger: Logger) {
    measure(build, status)
    Announcement(build, from: build.status, to: status).map(announce)
    let condition = status.conditions?[ConditionType.succeeded]
    logger.info(
      "build status",
      metadata: [
        "build": "\(build.key)", "reason": "\(condition?.reason ?? "")", "job": "\(status.jobName ?? "")",
      ])
  }
}
