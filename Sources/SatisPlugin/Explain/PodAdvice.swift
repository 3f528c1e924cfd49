import SatisAPI

/// What failed around Satis: the Job, its pod, its node.
extension Scene {
  func podAdvice(_ reason: SatisBuild.Attempt.Reason) -> Advice {
    switch reason {
    case .imageNotPulled, .podNotStarted, .podNotCreated, .unschedulable: startAdvice(reason)
    case .jobDeleted, .jobRejected: jobAdvice(reason)
    case .evicted, .nodeLost, .podFailed, .podLost: nodeAdvice(reason)
    case .outOfMemory:
      Advice(
        "The build took more memory than it may"
          + (memoryLimit.map { ", which is \($0) (spec.podTemplate.resources.limits.memory)." }
            ?? ": the repository sets no limit, so it was one of the namespace, of the node, or of PHP."),
        [
          Advice.Remedy(
            memoryLimit == nil
              ? "Give it a limit of its own, above what a build takes and what it asks for."
              : "Raise the limit.",
            raiseMemoryLimit),
          Advice.Remedy(
            "Where PHP stopped itself (\"Allowed memory size exhausted\"), the image's SATIS_MEMORY_LIMIT is what counts."
          ),
          buildAgain,
        ])
    case .terminated:
      Advice(
        "The pod was told to stop: somebody cancelled the build or deleted the pod, or its node was drained or shut down. "
          + "What is served stays as it was.",
        [
          Advice.Remedy("See what happened.", showEvents), buildAgain,
        ])
    case .containerFailed:
      Advice(
        "The container ended without a report, so it was not the operator's program that ended it: the image may lack PHP, "
          + "or something killed it.",
        [readLog, describePod, buildAgain])
    default:
      Advice(
        "The attempt failed for a reason that has no advice here; its message says more.",
        [readLog, describePod, buildAgain])
    }
  }

  // MARK: - Before it starts

  private func startAdvice(_ reason: SatisBuild.Attempt.Reason) -> Advice {
    let time =
      "within spec.build.startDeadlineSeconds (\(repository?.spec.build?.startDeadlineSeconds ?? 600) s)"
    return switch reason {
    case .imageNotPulled:
      Advice(
        "The image could not be pulled \(time): it does not exist, the registry is not reached, or it wants a password.",
        [
          describePod,
          Advice.Remedy(
            (repository?.spec.image.map { "Correct spec.image, which says \($0)," }
              ?? "Name an image in spec.image,")
              + " or name the Secret for its registry in spec.imagePullSecrets.", editRepository), buildAgain,
        ])
    case .podNotCreated:
      Advice(
        "The Job has made no pod \(time). A quota, an admission webhook or a missing service account keeps it from that.",
        [
          Advice.Remedy(
            "See why: the events of the Job say it.", kubectl("describe job \(attempt?.jobName ?? "JOB")")),
          Advice.Remedy(
            "Builds run as the service account satis-build.", kubectl("get serviceaccount satis-build")),
          buildAgain,
        ])
    case .unschedulable:
      Advice(
        "No node took the pod \(time): none has the cpu and memory that it asks for, or none fits its nodeSelector, "
          + "affinity, tolerations or volume.",
        [
          describePod,
          Advice.Remedy(
            "Ask for less, or lead it to other nodes, in spec.podTemplate (resources.requests, nodeSelector, affinity, "
              + "tolerations).", editRepository),
          Advice.Remedy(
            "A ReadWriteOnce claim is on one node at a time: is it that of the web server?",
            kubectl("get pods -o wide")), buildAgain,
        ])
    default:
      Advice(
        "The pod's container did not start \(time). A Secret, ConfigMap or claim that the repository names may be missing, "
          + "or its volume cannot be mounted.",
        [
          describePod,
          Advice.Remedy("Create what is missing, or correct the name.", editRepository), buildAgain,
        ])
    }
  }

  // MARK: - Jobs and nodes

  private func jobAdvice(_ reason: SatisBuild.Attempt.Reason) -> Advice {
    reason == .jobRejected
      ? Advice(
        "The API server does not take the Job. Its own words are in the message: a field of the repository leads to a pod "
          + "that cannot be, or a policy of the cluster forbids it. It is not tried again.",
        [
          Advice.Remedy(
            repository?.spec.image == nil
              ? "Where it says that image is required: name one in spec.image, or install the operator with "
                + "--default-image." : "Correct the field.", editRepository), buildAgain,
        ])
      : Advice(
        "The Job was deleted before its end was recorded, so nobody knows how it ended. What is served is whole in any case.",
        [
          Advice.Remedy("See who deletes Jobs: a person, a clean-up job, a policy.", showEvents), buildAgain,
        ])
  }

  private func nodeAdvice(_ reason: SatisBuild.Attempt.Reason) -> Advice {
    switch reason {
    case .evicted:
      Advice(
        "The node ran short of memory or disk and evicted the pod. That is no fault of the build, which is tried again.",
        [
          Advice.Remedy("See what ran short.", "kubectl describe nodes | grep -A8 Conditions:"),
          Advice.Remedy(
            "Ask for as much as a build takes, so that it goes to a node that has it.", raiseMemoryRequest),
          buildAgain,
        ])
    case .nodeLost:
      Advice(
        "The pod's node does not answer. As long as the pod may still run there, nothing else writes to this output: the "
          + "next build waits.",
        [
          Advice.Remedy("See whether the node is there.", "kubectl get nodes"),
          Advice.Remedy(
            "If it comes back, all goes on by itself. Only if you have made sure that it is off, delete the pod.",
            kubectl("delete pod \(attempt?.podName ?? "POD") --force --grace-period=0")),
        ])
    case .podFailed:
      Advice(
        "The pod failed before Satis ran: the node could not set it up.",
        [describePod, Advice.Remedy("Events go after an hour; look soon.", showEvents), buildAgain])
    default:
      Advice(
        "The pod is gone and left no report: it was deleted, or its node was taken out of the cluster. What is served is "
          + "whole in any case.",
        [
          Advice.Remedy("See who deleted it.", showEvents), buildAgain,
        ])
    }
  }
}
