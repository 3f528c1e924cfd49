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

  /// The status of a build that waits.
  func queued(_ message: String, at now: Timestamp) -> Status {
    var status = seen(at: now)
    status.set(.queued, message, generation: metadata.generation, at: now)
    return status
  }

  /// The status of a build whose Job exists.
  func running(_ claim: SatisRepository.ActiveJob, pod: Pod?, at now: Timestamp) -> Status {
    var status = seen(at: now)
    status.startTime = status.startTime ?? claim.startTime
    status.jobName = claim.name
    status.podName = pod?.metadata.name
    status.updateAttempt(of: claim) { $0.podName = pod?.metadata.name }
    let progress = pod.map(PodProgress.init)?.message ?? "waiting for its pod"
    status.set(.running, "Job \(claim.name): \(progress)", generation: metadata.generation, at: now)
    return status
  }

  /// The status of a build whose Job has ended.
  func ended(_ claim: SatisRepository.ActiveJob, _ outcome: JobOutcome, at now: Timestamp) -> Status {
    var status = seen(at: now)
    let completionTime = outcome.completionTime ?? now
    status.startTime = status.startTime ?? claim.startTime
    status.completionTime = completionTime
    status.jobName = claim.name
    status.podName = outcome.podName
    status.release = outcome.release
    status.logTail = outcome.logTail
    let reason: Reason = outcome.succeeded ? .succeeded : outcome.isTimeout ? .timedOut : .failed
    status.set(reason, outcome.message, generation: metadata.generation, at: now)
    // The condition's, since it is cut to what a status may hold.
    let message = status.conditions?[ConditionType.succeeded]?.message
    status.updateAttempt(of: claim) { attempt in
      attempt.podName = outcome.podName
      attempt.completionTime = completionTime
      attempt.exitCode = outcome.exitCode
      attempt.reason = outcome.reason
      attempt.message = message
    }
    return status
  }

  /// The status of a build that asks for what cannot be built.
  func invalid(_ message: String, at now: Timestamp) -> Status {
    var status = seen(at: now)
    status.completionTime = now
    status.set(.invalid, message, generation: metadata.generation, at: now)
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

/// What an unfinished pod is doing, for a person who waits for it.
struct PodProgress {
  let message: String

  init(_ pod: Pod) {
    let name = "pod \(pod.metadata.name)"
    let waiting = pod.status?.containerStatuses?.first { $0.name == JobManifest.containerName }?.state?
      .waiting
    let unscheduled = pod.status?.conditions?.first { $0.type == "PodScheduled" && $0.status == "False" }
    if let unscheduled {
      message = "\(name) has no node yet: \(unscheduled.message ?? unscheduled.reason ?? "unknown reason")"
    } else if let reason = waiting?.reason, reason != "ContainerCreating", reason != "PodInitializing" {
      message = "\(name) cannot start yet: \(reason)\(waiting?.message.map { ": \($0)" } ?? "")"
    } else if pod.status?.phase == "Running" {
      message = "\(name) is running Satis"
    } else if pod.isFinished {
      message = "\(name) has ended"
    } else {
      message = "\(name) is starting"
    }
  }
}
