import KubernetesClient
import SatisAPI

/// The steps of a build's life. This is the one place that writes a build's condition.
extension SatisBuild {
  /// Whether the spec is not the one that was queued.
  var isTamperedWith: Bool {
    guard let hash = status?.specHash else { return false }
    return hash != spec.hash
  }

  /// Whether the build has ended.
  var isFinished: Bool { status?.isFinished ?? false }

  /// Whether nobody wants the build any more.
  var isCancelled: Bool { spec.state == .cancelled }

  /// The status of a build that waits; one that failed before goes on saying why.
  func queued(_ message: String, at now: Timestamp) -> Status {
    var status = seen(at: now)
    guard let failed = status.attempts?.last(where: { $0.completionTime != nil }) else {
      status.set(.queued, message, generation: metadata.generation, at: now)
      return status
    }
    let cause = "attempt \(failed.number) failed (\(failed.reason ?? "Unknown")): \(failed.message ?? "")"
    let retry = status.nextAttemptTime.map { $0 > now ? "tried again at \($0)" : message } ?? message
    status.set(.retrying, "\(retry); \(cause)", generation: metadata.generation, at: now)
    return status
  }

  /// The status of a build whose Job exists.
  func running(_ claim: SatisRepository.ActiveJob, _ progress: String, pod: Pod?, at now: Timestamp) -> Status
  {
    var status = seen(at: now)
    status.startTime = status.startTime ?? claim.startTime
    status.jobName = claim.name
    status.podName = pod?.metadata.name
    status.nextAttemptTime = nil
    status.updateAttempt(of: claim) { $0.podName = pod?.metadata.name }
    status.set(.running, "Job \(claim.name): \(progress)", generation: metadata.generation, at: now)
    return status
  }

  /// The status of a build one of whose attempts has ended: the build has ended with it, or is tried again.
  func attempted(
    _ claim: SatisRepository.ActiveJob, _ outcome: JobOutcome, _ result: BuildOutcome, retry: RetryPolicy,
    at now: Timestamp
  ) -> Status {
    var status = seen(at: now)
    let end = outcome.endTime(of: claim, at: now)
    status.startTime = status.startTime ?? claim.startTime
    status.jobName = claim.name
    status.podName = outcome.podName ?? status.podName
    status.logTail = outcome.logTail
    status.nextAttemptTime = nil
    // Cut to what a status may hold.
    let message = Condition(
      type: "", status: .unknown, reason: "", message: result.message, observedGeneration: nil,
      lastTransitionTime: now
    ).message
    status.updateAttempt(of: claim) { attempt in
      attempt.podName = outcome.podName ?? attempt.podName
      attempt.completionTime = end
      attempt.exitCode = outcome.exitCode
      attempt.reason = result.reason
      attempt.message = message
    }
    let attempts = status.attempts?.count ?? 1
    if result.succeeded {
      status.release = outcome.release
      status.end(.succeeded, message, generation: metadata.generation, at: end, now: now)
    } else if isCancelled {
      status.end(
        .cancelled, "cancelled while Job \(claim.name) ran: \(message)", generation: metadata.generation,
        at: end,
        now: now)
    } else if let next = retry.nextAttempt(after: result, attempts: attempts, job: claim.name, at: end) {
      status.nextAttemptTime = next
      let limit = retry.settings.retryLimit + 1
      status.set(
        .retrying,
        "attempt \(attempts) of \(limit) failed (\(result.reason)), tried again at \(next): \(message)",
        generation: metadata.generation, at: now)
    } else {
      status.end(
        result.isTimeout ? .timedOut : .failed, message, generation: metadata.generation, at: end, now: now)
    }
    return status
  }

  /// The status of a build that ends without a Job of its own.
  func ended(_ reason: Reason, _ message: String, at now: Timestamp) -> Status {
    var status = seen(at: now)
    status.nextAttemptTime = nil
    status.end(reason, message, generation: metadata.generation, at: now, now: now)
    return status
  }

  /// The status of a build that asks for what cannot be built.
  func invalid(_ message: String, at now: Timestamp) -> Status {
    ended(.invalid, message, at: now)
  }

  /// The status of a build that another one stands for.
  func superseded(by name: String, at now: Timestamp) -> Status {
    var status = ended(.superseded, "SatisBuild '\(name)' is newer and does what this one asked for", at: now)
    status.supersededBy = name
    return status
  }

  private func seen(at now: Timestamp) -> Status {
    var status = self.status ?? Status()
    status.queuedTime = status.queuedTime ?? now
    status.specHash = status.specHash ?? spec.hash
    status.observedGeneration = metadata.generation
    return status
  }
}

extension SatisBuild.Status {
  fileprivate mutating func set(
    _ reason: SatisBuild.Reason, _ message: String, generation: Int64?, at now: Timestamp
  ) {
    var list = conditions ?? []
    list.set(
      Condition(
        type: ConditionType.succeeded, status: reason.status, reason: reason.rawValue, message: message,
        observedGeneration: generation, lastTransitionTime: now))
    conditions = list
  }

  fileprivate mutating func end(
    _ reason: SatisBuild.Reason, _ message: String, generation: Int64?, at end: Timestamp, now: Timestamp
  ) {
    completionTime = end
    set(reason, message, generation: generation, at: now)
  }

  /// Whether a Job is still at work on the build, as far as the build knows.
  func isOpenAttempt(of claim: SatisRepository.ActiveJob) -> Bool {
    attempts?.first { $0.jobName == claim.name }.map { $0.completionTime == nil } ?? true
  }

  /// Changes the attempt of a claim's Job, which begins with the first call.
  fileprivate mutating func updateAttempt(
    of claim: SatisRepository.ActiveJob, _ change: (inout SatisBuild.Attempt) -> Void
  ) {
    var list = attempts ?? []
    let index = list.firstIndex { $0.jobName == claim.name } ?? list.endIndex
    if index == list.endIndex {
      let number = (list.last?.number ?? 0) + 1
      list.append(SatisBuild.Attempt(number: number, jobName: claim.name, startTime: claim.startTime))
    }
    change(&list[index])
    attempts = list
  }
}
