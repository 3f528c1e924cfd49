import KubernetesClient

/// How a Job ended, as the builds report it.
struct JobOutcome: Sendable, Equatable {
  var succeeded: Bool
  /// One word for programs.
  var reason: String
  /// A sentence that a person can act on.
  var message: String
  /// Exit code of Satis, or of the container where the runner left no report.
  var exitCode: Int?
  var podName: String?
  var completionTime: Timestamp?
  var release: String?
  var logTail: String?

  /// Whether a deadline ended it.
  var isTimeout: Bool { reason == "DeadlineExceeded" }

  /// Reads the end of a Job from its condition and its pods.
  init(job name: String, _ condition: Job.JobCondition, pods: [Pod]) {
    let pod = Self.decidingPod(among: pods)
    let terminated = pod?.terminatedContainer
    podName = pod?.metadata.name
    completionTime = terminated?.finishedAt
    if let report = RunnerReport(terminationMessage: terminated?.message) {
      // The runner's word counts: a release it has published is served, whatever became of the pod then.
      succeeded = report.result == "Succeeded"
      reason = Self.word(report.reason)
      message = report.message.isEmpty ? "the runner gave no reason" : report.message
      exitCode = Self.code(report.exitCode ?? terminated?.exitCode)
      completionTime = report.endTime ?? completionTime
      release = report.release.flatMap { $0.isEmpty || $0.count > 128 ? nil : $0 }
      logTail = report.log.flatMap { $0.isEmpty ? nil : String($0.prefix(4_096)) }
      return
    }
    succeeded = false
    exitCode = Self.code(terminated?.exitCode)
    let explanation = Self.explain(job: name, condition, pod, terminated)
    reason = Self.word(explanation.reason)
    message = explanation.message
  }

  /// A reason as conditions take it; what a container wrote need not be one.
  private static func word(_ reason: String) -> String {
    let isWord = reason.utf8.allSatisfy { byte in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }
    return isWord && !reason.isEmpty && reason.utf8.count <= 64 ? reason : "Unknown"
  }

  /// An exit code as the operating system has them; container runtimes report others for containers they lost.
  private static func code(_ exitCode: Int?) -> Int? {
    exitCode.flatMap { (0...255).contains($0) ? $0 : nil }
  }

  private init(reason: String, message: String) {
    succeeded = false
    self.reason = reason
    self.message = message
  }

  /// A Job that was created and is gone before its end was seen.
  static func lost(job name: String) -> Self {
    Self(
      reason: "JobDeleted",
      message: "Job \(name) was deleted before its end was recorded; create a new SatisBuild to build again")
  }

  /// A Job that the API server does not take.
  static func rejected(job name: String, message: String) -> Self {
    Self(
      reason: "JobRejected",
      message:
        "the API server rejects Job \(name): \(message); correct the SatisRepository, then create a new SatisBuild"
    )
  }

  /// The pod whose end counts: one that left a report, else the latest.
  static func decidingPod(among pods: [Pod]) -> Pod? {
    let byAge = pods.sorted {
      ($0.metadata.creationTimestamp?.seconds ?? 0, $0.metadata.name)
        < ($1.metadata.creationTimestamp?.seconds ?? 0, $1.metadata.name)
    }
    let reported = byAge.filter { RunnerReport(terminationMessage: $0.terminatedContainer?.message) != nil }
    return reported.last { $0.status?.phase == "Succeeded" } ?? reported.last ?? byAge.last
  }

  private static func explain(
    job name: String, _ condition: Job.JobCondition, _ pod: Pod?, _ terminated: Pod.Terminated?
  ) -> (reason: String, message: String) {
    guard let pod else {
      return (
        "PodLost",
        "the pod of Job \(name) is gone and left no report (\(condition.reason ?? condition.type)); it may have been "
          + "deleted: create a new SatisBuild to build again"
      )
    }
    let podName = "pod \(pod.metadata.name)"
    let detail = pod.status?.message.map { ": \($0)" } ?? ""
    if let reason = pod.status?.reason {
      if reason == "DeadlineExceeded" {
        return (reason, "\(podName) exceeded its deadline\(detail); raise spec.build.activeDeadlineSeconds")
      }
      return (reason, "\(podName) was ended by its node (\(reason))\(detail)")
    }
    guard let terminated else {
      return ("PodFailed", "\(podName) failed before Satis ran\(detail); see `kubectl describe \(podName)`")
    }
    if terminated.reason == "OOMKilled" {
      return ("OutOfMemory", "\(podName) was killed for using more memory than its limit allows")
    }
    return (
      "ContainerFailed",
      "\(podName) ended with exit code \(terminated.exitCode) and without a report; see `kubectl logs \(pod.metadata.name)`"
    )
  }
}

extension Pod {
  /// How the container that runs Satis ended.
  var terminatedContainer: Terminated? {
    status?.containerStatuses?.first { $0.name == JobManifest.containerName }?.state?.terminated
  }
}
