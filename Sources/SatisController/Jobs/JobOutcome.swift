import KubernetesClient
import SatisAPI

/// How a Job ended.
struct JobOutcome: Sendable, Equatable {
  typealias Reason = SatisBuild.Attempt.Reason

  var succeeded: Bool
  /// One word for programs.
  var reason: String
  /// A sentence that a person can act on.
  var message: String
  /// Exit code of Satis, or of the container where the runner left no report.
  var exitCode: Int?
  var podName: String?
  /// By the clock of the pod's node.
  var completionTime: Timestamp?
  /// The release that was published, also where some sources failed.
  var release: String?
  var logTail: String?
  /// The sources that failed, by their position in the work order.
  var failedSources: [Int: BuildOutcome] = [:]
  /// How many more failed than the report had room for.
  var omittedSources = 0
  /// Why sources failed, where there is more than one reason or the sentence is about all of them together.
  var failureReasons: Set<String> = []

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
      // Schemas count code points.
      release = report.release.flatMap { $0.isEmpty || $0.unicodeScalars.count > 128 ? nil : $0 }
      logTail = report.log.flatMap {
        $0.isEmpty ? nil : String(RedactedText($0).description.unicodeScalars.prefix(4_096))
      }
      for failed in report.failedSources ?? [] {
        failedSources[failed.source] = BuildOutcome(
          succeeded: false, reason: Self.word(failed.reason),
          message: failed.message.flatMap { $0.isEmpty ? nil : $0 } ?? message)
      }
      omittedSources = report.omittedSources ?? 0
      failureReasons = Set((report.failureReasons ?? []).map(Self.word))
      return
    }
    succeeded = false
    exitCode = Self.code(terminated?.exitCode)
    let explanation = Self.explain(job: name, condition, pod, terminated)
    reason = Self.word(explanation.reason)
    message = explanation.message
  }

  /// What one build of the claim has of it.
  func result(for item: SatisRepository.ActiveJob.Item, of claim: SatisRepository.ActiveJob) -> BuildOutcome {
    let whole = BuildOutcome(
      succeeded: succeeded, reason: reason, message: message, causes: failureReasons)
    guard claim.operation == .build, !item.sources.isEmpty, release != nil || !failedSources.isEmpty else {
      return whole
    }
    let order = claim.sources
    let urls = Set(item.sources.map(\.url))
    for (position, source) in order.enumerated() where urls.contains(source.url) {
      if let failure = failedSources[position] { return failure }
    }
    // Something was published, and this build's sources are not among those that failed.
    guard release != nil, omittedSources == 0 else { return whole }
    return succeeded
      ? whole
      : BuildOutcome(succeeded: true, reason: "Succeeded", message: "published in release \(release ?? "")")
  }

  /// When it ended, by the clock of the pod's node where that can be right.
  ///
  /// By one that is behind, a build could be over long before it began, and no backoff nor time to keep it would be left.
  func endTime(of claim: SatisRepository.ActiveJob, at now: Timestamp) -> Timestamp {
    guard let completionTime, completionTime >= claim.startTime else { return now }
    return min(completionTime, now)
  }

  /// A reason as conditions take it; what a container wrote need not be one.
  private static func word(_ reason: String) -> String {
    let isWord = reason.utf8.allSatisfy { byte in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }
    return isWord && !reason.isEmpty && reason.utf8.count <= 64 ? reason : Reason.unknown.rawValue
  }

  /// An exit code as the operating system has them; container runtimes report others for containers they lost.
  private static func code(_ exitCode: Int?) -> Int? {
    exitCode.flatMap { (0...255).contains($0) ? $0 : nil }
  }

  /// A Job without a report.
  init(reason: Reason, message: String) {
    succeeded = false
    self.reason = reason.rawValue
    self.message = message
  }

  /// A Job that was created and is gone before its end was seen.
  static func lost(job name: String) -> Self {
    Self(
      reason: .jobDeleted,
      message: "Job \(name) was deleted before its end was recorded")
  }

  /// A Job that the API server does not take.
  static func rejected(job name: String, message: String) -> Self {
    Self(
      reason: .jobRejected,
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
        Reason.podLost.rawValue,
        "the pod of Job \(name) is gone and left no report (\(condition.reason ?? condition.type)); it may have been "
          + "deleted"
      )
    }
    let podName = "pod \(pod.metadata.name)"
    let detail = pod.status?.message.map { ": \($0)" } ?? ""
    if let reason = pod.status?.reason {
      if reason == Reason.deadlineExceeded.rawValue,
        pod.spec?.activeDeadlineSeconds == Pod.endingDeadlineSeconds
      {
        // Kubelets before 1.22 say so at once and never look at the container again.
        return (
          Reason.terminated.rawValue, "\(podName) was told to stop; see `kubectl logs \(pod.metadata.name)`"
        )
      }
      if reason == Reason.deadlineExceeded.rawValue {
        return (reason, "\(podName) exceeded its deadline\(detail); raise spec.build.activeDeadlineSeconds")
      }
      if reason == Reason.evicted.rawValue {
        return (
          reason,
          "\(podName) was evicted from its node\(detail); see `kubectl describe node` for what ran short"
        )
      }
      return (reason, "\(podName) was ended by its node (\(reason))\(detail)")
    }
    guard let terminated else {
      return (
        Reason.podFailed.rawValue,
        "\(podName) failed before Satis ran\(detail); see `kubectl describe \(podName)`"
      )
    }
    if terminated.reason == "OOMKilled" {
      return (
        Reason.outOfMemory.rawValue,
        "\(podName) was killed for using more memory than its limit allows; raise "
          + "spec.podTemplate.resources.limits.memory of the SatisRepository"
      )
    }
    return (
      Reason.containerFailed.rawValue,
      "\(podName) ended with exit code \(terminated.exitCode) and without a report; see `kubectl logs \(pod.metadata.name)`"
    )
  }
}

extension Pod {
  /// How many seconds a pod that was told to stop has for it, before its node ends it.
  ///
  /// A kubelet may show the pod what its label says only when it looks at the pod again: each minute, and up to half as
  /// long again (`syncFrequency`, with its jitter).
  static let stoppingSeconds: Int64 = 120
  /// The deadline, in seconds, of a pod that its node has to end.
  static let endingDeadlineSeconds: Int64 = 1

  /// How long a node may take to end a pod whose time is up, in seconds, before it is taken to be out of reach.
  static let endingSeconds: Int64 = 600

  /// When a pod that runs must have ended by its own deadline; nil for one that has ended.
  ///
  /// - Parameter start: when it must have begun, where its node has not said it.
  func lastEnd(startedBy start: Timestamp, of repository: SatisRepository) -> Timestamp? {
    guard !isFinished else { return nil }
    return (status?.startTime ?? start)
      + (spec?.activeDeadlineSeconds ?? JobManifest.podDeadlineSeconds(of: repository)) + Self.endingSeconds
  }

  /// Since when the pod has been told to stop.
  var stopTime: Timestamp? {
    metadata.labels?[ResourceNames.stopLabel].flatMap { Int64($0) }.map { Timestamp(seconds: $0) }
  }

  /// How the container that runs Satis ended.
  var terminatedContainer: Terminated? {
    status?.containerStatuses?.first { $0.name == JobManifest.containerName }?.state?.terminated
  }
}

/// What a Job's end means for one of its builds.
struct BuildOutcome: Sendable, Equatable {
  var succeeded: Bool
  /// One word for programs.
  var reason: String
  /// A sentence that a person can act on.
  var message: String
  /// The reasons behind a reason that stands for several, such as `SourcesFailed`.
  var causes: Set<String> = []

  /// Whether a deadline ended it.
  var isTimeout: Bool { reason == SatisBuild.Attempt.Reason.deadlineExceeded.rawValue }
  /// Whether no repetition mends it: of several causes, none.
  var isPermanent: Bool {
    RetryPolicy.permanentReasons.contains(reason)
      || reason == SatisBuild.Attempt.Reason.sourcesFailed.rawValue && !causes.isEmpty
        && causes.isSubset(of: RetryPolicy.permanentReasons)
  }
}
