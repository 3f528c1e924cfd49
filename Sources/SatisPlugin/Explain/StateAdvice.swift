import KubernetesClient
import SatisAPI

/// What the state of a build means, where it is not one of its attempts that says it.
extension Scene {
  /// What is to be done now.
  func advice(at now: Timestamp) -> Advice {
    switch build.reason {
    case nil:
      Advice(
        "The controller has not seen the build yet.",
        [
          Advice.Remedy(
            "If that lasts longer than a moment, see whether it works here.",
            kubectl("get lease satis-controller-leader"),
            kubectl("logs -l app.kubernetes.io/component=controller --prefix --tail=-1")),
          Advice.Remedy(
            "An operator serves its own namespaces only: see that there is one for '\(namespace)'.",
            "kubectl get deployments -A -l app.kubernetes.io/component=controller"),
        ])
    case .queued: queuedAdvice
    case .running: runningAdvice
    case .retrying: retryingAdvice(at: now)
    case .succeeded: succeededAdvice
    case .superseded:
      Advice(
        "SatisBuild \(build.status?.supersededBy ?? "another") is newer or builds everything, and does what this one asked "
          + "for. Nothing is lost.",
        [
          Advice.Remedy(
            "Nothing is to be done. Follow the other one.",
            "kubectl satis explain \(build.status?.supersededBy ?? "NAME") -n \(namespace)")
        ])
    case .cancelled:
      Advice(
        "Somebody set spec.state of this build to Cancelled, or its repository was deleted. What is served stays as it was.",
        [Advice.Remedy("To build after all, ask anew.", "kubectl satis retry \(name) -n \(namespace)")])
    case .invalid: invalidAdvice
    case .failed, .timedOut: failedAdvice
    }
  }

  // MARK: - Before its end

  private var ready: Condition? { repository?.status?.conditions?[ConditionType.ready] }

  private var queuedAdvice: Advice {
    guard let repository else { return isRepositoryHidden ? waitingAdvice : missingAdvice }
    if repository.spec.state == .suspended {
      return Advice(
        "The repository is suspended: builds wait, and nothing starts.",
        [Advice.Remedy("Let it go on.", patch("{\"state\":\"Active\"}"))])
    }
    if let ready, ready.status == .no {
      return Advice(
        "Builds of the repository cannot run (\(ready.reason)): \(ready.message). They go on by themselves once that is "
          + "mended.", hindranceRemedies(ready.reason))
    }
    if let active = repository.status?.activeJob {
      return Advice(
        "It waits for its turn: Job \(active.name) writes to the output, and there is one writer at a time.",
        [Advice.Remedy("See how far that is.", "kubectl satis status \(repositoryName) -n \(namespace)")])
    }
    return waitingAdvice
  }

  private var waitingAdvice: Advice {
    Advice(
      "It waits; the message says what for. A limit of Jobs over all repositories is --max-concurrent-jobs of the controller.",
      [Advice.Remedy("See what is under way.", "kubectl satis status -n \(namespace)")])
  }

  private var missingAdvice: Advice {
    Advice(
      build.reason == .invalid
        ? "SatisRepository \(repositoryName) is not there. It is not tried again."
        : "It waits for SatisRepository \(repositoryName), which is not there. After 30 seconds it ends as Invalid.",
      [
        Advice.Remedy(
          "Create the repository, or ask for a build of one that is there.", kubectl("get satisrepositories"))
      ])
  }

  private func hindranceRemedies(_ reason: String) -> [Advice.Remedy] {
    switch reason {
    case "ClaimNotFound", "ClaimLost", "ClaimReadOnly", "ClaimNotShared":
      [Advice.Remedy("Look at the claims.", kubectl("get pvc"))]
    case "OutputOverlaps":
      [
        Advice.Remedy(
          "See which repositories there are. An output cannot be changed: delete the younger one and create it with a "
            + "directory of its own.",
          kubectl(
            "get satisrepositories -o custom-columns=NAME:.metadata.name,CLAIM:.spec.output.claimName,PATH:.spec.output.path"
          ))
      ]
    default: [Advice.Remedy("Mend it.", lint, editRepository)]
    }
  }

  private var runningAdvice: Advice {
    Advice(
      "Job \(build.status?.jobName ?? "") works on it.",
      [
        Advice.Remedy("Watch it.", "kubectl satis logs \(name) --follow -n \(namespace)"),
        Advice.Remedy(
          "Where its pod does not start, the message has its state; after "
            + "\(repository?.spec.build?.startDeadlineSeconds ?? 600) s it is stopped and tried again. To stop it now:",
          "kubectl satis cancel \(name) -n \(namespace)"),
      ])
  }

  private func retryingAdvice(at now: Timestamp) -> Advice {
    let next = build.status?.nextAttemptTime.map { time in
      time > now ? "in \(HumanDuration(from: now, to: time)), at \(time)" : "as soon as it is its turn"
    }
    var advice = failureAdvice
    advice.meaning =
      "An attempt failed and is tried again \(next ?? "as soon as it is its turn"); a newer push of the same source takes "
      + "its place. \(advice.meaning)"
    // It is built again by itself.
    advice.remedies.removeAll { $0 == buildAgain }
    return advice
  }

  // MARK: - At its end

  private var succeededAdvice: Advice {
    let served = repository?.status?.release
    guard let release = build.status?.release, let served, release != served else {
      return Advice("It was built, and is served.")
    }
    return Advice(
      "It was built into release \(release). Now \(served) is served: a later build went on from there, or a rollback went "
        + "back.",
      [
        Advice.Remedy(
          "If composer lacks a version that this build has made, see what came after it.",
          "kubectl satis status \(repositoryName) -n \(namespace)")
      ])
  }

  private var invalidAdvice: Advice {
    if repository == nil, !isRepositoryHidden { return missingAdvice }
    return Advice(
      "It asks for what cannot be built: the message says what to change. It is not tried again.",
      [
        Advice.Remedy(
          build.spec.source == nil
            ? "Mend the repository or its satis.json."
            : "Add the source to satis.json, or say in spec.sourceAliases by which other URL the git host calls it.",
          lint, editRepository),
        buildAgain,
      ])
  }

  private var failedAdvice: Advice {
    if operation == .purge {
      var advice = failureAdvice
      advice.meaning = "Nothing was deleted. \(advice.meaning)"
      return advice
    }
    return failureAdvice
  }

  /// What the last attempt that has ended says.
  private var failureAdvice: Advice {
    guard let ended = build.status?.attempts?.last(where: { $0.completionTime != nil }) else {
      return operation == .purge
        ? Advice(
          "A purge needs a release that was built from the present satis.json, and there is none.",
          [Advice.Remedy("Build everything.", buildEverything), Advice.Remedy("Then purge again.", purge)])
        : Advice("It ended before a Job was started; the message says why.", [buildAgain])
    }
    var scene = self
    scene.attempt = ended
    guard let reason = ended.knownReason else {
      return Advice(
        "The node ended the pod with a reason of its own, \(ended.reason ?? "none"). That is no fault of the build.",
        [scene.describePod, Advice.Remedy("See what happened.", showEvents), buildAgain])
    }
    return scene.advice(for: reason)
  }
}
