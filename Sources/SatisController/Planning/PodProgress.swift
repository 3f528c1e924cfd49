import KubernetesClient
import SatisAPI

/// How far an unfinished pod has come.
struct PodProgress: Sendable {
  /// What it is doing, for a person who waits for it.
  let message: String
  /// Why it does not get going; nil once its container has started.
  let startProblem: SatisBuild.Attempt.Reason?
  /// Whether its node prepares it, so that its container may run at any moment.
  let isStarting: Bool
  /// Whether it may be its volumes that it waits for.
  let mayLackVolumes: Bool
  /// Whether its node has not answered for so long that the pod was given up.
  let isUnreachable: Bool

  /// Beyond this many seconds after a pod should have ended, its node is taken to be out of reach.
  static let unreachableSeconds: Int64 = 120

  init(_ pod: Pod?, at now: Timestamp) {
    guard let pod else {
      message = "waiting for its pod"
      startProblem = .podNotCreated
      isStarting = false
      mayLackVolumes = false
      isUnreachable = false
      return
    }
    let name = "pod \(pod.metadata.name)"
    let container = pod.status?.containerStatuses?.first { $0.name == JobManifest.containerName }?.state
    let hasStarted =
      container?.running != nil || container?.terminated != nil || pod.status?.phase == "Running"
    // Its deletion time has the grace period in it; a kubelet that still answers needs little more.
    isUnreachable =
      !pod.isFinished
      && (pod.status?.reason == "NodeLost"
        || pod.metadata.deletionTimestamp.map { now - $0 > Self.unreachableSeconds } ?? false)
    let waiting = container?.waiting?.reason
    let isPrepared = waiting == nil || waiting == "ContainerCreating" || waiting == "PodInitializing"
    isStarting = pod.spec?.nodeName != nil && !hasStarted && !pod.isFinished && isPrepared
    if isUnreachable {
      message =
        "\(name) was to end, but its node \(pod.spec?.nodeName ?? "") does not answer; when the node is known to "
        + "be gone, `kubectl delete \(name) --force` lets the next build start"
      startProblem = nil
      mayLackVolumes = false
    } else if let unscheduled = pod.status?.conditions?.first(where: {
      $0.type == "PodScheduled" && $0.status == "False"
    }) {
      let reason = unscheduled.message ?? unscheduled.reason ?? "unknown reason"
      message = "\(name) has no node yet: \(reason)"
      startProblem = .unschedulable
      mayLackVolumes = reason.lowercased().contains("volume")
    } else if let reason = waiting, !isPrepared {
      let detail = container?.waiting?.message.map { ": \($0)" } ?? ""
      message = "\(name) cannot start yet: \(reason)\(detail)"
      startProblem =
        reason.contains("Image") || reason.contains("ErrImage") ? .imageNotPulled : .podNotStarted
      mayLackVolumes = false
    } else if pod.isFinished {
      message = "\(name) has ended"
      startProblem = nil
      mayLackVolumes = false
    } else if hasStarted {
      message = "\(name) is running Satis"
      startProblem = nil
      mayLackVolumes = false
    } else {
      message =
        "\(name) is starting: its image is pulled and its volumes are mounted; `kubectl describe \(name)` says what it "
        + "waits for"
      startProblem = .podNotStarted
      mayLackVolumes = true
    }
  }
}
