import KubernetesClient
import SatisAPI

/// With a claim: create its Job, follow it, mirror its end, and give the claim back.
extension RepositoryPlanner {
  mutating func follow(_ claim: SatisRepository.ActiveJob, of repository: SatisRepository) throws(NeedsLook) {
    let builds = claimedBuilds(claim)
    if let job = situation.job(named: claim.name) {
      if !job.belongs(to: repository) {
        try abandon(claim, of: repository)
      } else if let condition = job.finishedCondition {
        try finish(claim, of: repository, condition, builds)
      } else {
        run(claim, job, builds)
      }
    } else {
      try createOrGiveUp(claim, of: repository, builds)
    }
    queueOthers(claim)
  }

  /// The builds of a claim that have not ended.
  ///
  /// One that was deleted, or deleted and created again, is not among them: the Job goes on without it.
  private func claimedBuilds(_ claim: SatisRepository.ActiveJob) -> [SatisBuild] {
    openBuilds.filter { build in
      claim.builds.contains { $0.name == build.metadata.name && $0.uid == build.metadata.uid }
    }
  }

  private mutating func run(_ claim: SatisRepository.ActiveJob, _ job: Job, _ builds: [SatisBuild]) {
    guard !builds.isEmpty else {
      // Nobody waits for it any more; the claim goes once its pods are gone.
      if let uid = job.metadata.uid, job.metadata.deletionTimestamp == nil {
        actions.append(.deleteJob(job.key, uid: uid))
      }
      return
    }
    let pod = JobOutcome.decidingPod(among: situation.pods(ofJob: claim.name))
    for build in builds {
      update(build, build.running(claim, pod: pod, at: situation.now))
    }
  }

  private mutating func createOrGiveUp(
    _ claim: SatisRepository.ActiveJob, of repository: SatisRepository, _ builds: [SatisBuild]
  ) throws(NeedsLook) {
    // The cache may not have seen the Job yet.
    let output = try situation.output()
    let wasCreated = builds.contains { $0.status?.jobName == claim.name }
    if wasCreated {
      // Its name must not be used again, so this attempt is over.
      let outcome = JobOutcome.lost(job: claim.name)
      for build in builds {
        update(build, build.ended(claim, outcome, at: situation.now))
      }
    }
    if wasCreated || builds.isEmpty {
      giveBack(claim, of: repository, output, outcome: nil)
    } else if let refusal = situation.live.jobRefusal {
      refused(claim, of: repository, builds, output, refusal)
    } else if isIdle(output) {
      actions.append(.createJob(JobManifest(repository: repository, claim: claim)))
      for build in builds {
        update(build, build.running(claim, pod: nil, at: situation.now))
      }
    } else {
      for build in builds {
        update(build, build.queued(waiting(for: output), at: situation.now))
      }
      lookAgainForOutput()
    }
  }

  private mutating func refused(
    _ claim: SatisRepository.ActiveJob, of repository: SatisRepository, _ builds: [SatisBuild],
    _ output: Situation.OutputView, _ refusal: Situation.JobRefusal
  ) {
    if refusal.isTemporary {
      let message = "the API server does not take Job \(claim.name), which is tried again: \(refusal.message)"
      for build in builds {
        update(build, build.queued(message, at: situation.now))
      }
      lookAgain(at: situation.now + Self.patience)
    } else {
      let outcome = JobOutcome.rejected(job: claim.name, message: refusal.message)
      for build in builds {
        update(build, build.ended(claim, outcome, at: situation.now))
      }
      giveBack(claim, of: repository, output, outcome: nil)
    }
  }

  private mutating func finish(
    _ claim: SatisRepository.ActiveJob, of repository: SatisRepository, _ condition: Job.JobCondition,
    _ builds: [SatisBuild]
  ) throws(NeedsLook) {
    // The Job's end may be known before its pod's report is.
    let output = try situation.output()
    let outcome = JobOutcome(job: claim.name, condition, pods: situation.pods(ofJob: claim.name))
    for build in builds {
      update(build, build.ended(claim, outcome, at: situation.now))
    }
    giveBack(claim, of: repository, output, outcome: outcome)
  }

  /// Clears the claim, unless something that can write to the output is still there.
  private mutating func giveBack(
    _ claim: SatisRepository.ActiveJob, of repository: SatisRepository, _ output: Situation.OutputView,
    outcome: JobOutcome?
  ) {
    guard isIdle(output) else {
      lookAgainForOutput()
      return
    }
    var status = repository.status ?? SatisRepository.Status()
    status.activeJob = nil
    if let outcome, outcome.succeeded {
      status.release = outcome.release ?? status.release
      status.lastSucceededTime = outcome.completionTime ?? situation.now
      if claim.full { status.configHash = claim.configHash }
    }
    update(repository, status)
    deleteOldJobs(of: repository, output)
  }

  /// A Job of the claim's name that somebody else made is no claim of ours: the next number is.
  private mutating func abandon(
    _ claim: SatisRepository.ActiveJob, of repository: SatisRepository
  ) throws(NeedsLook) {
    try situation.requireLiveRepository()
    var status = repository.status ?? SatisRepository.Status()
    status.activeJob = nil
    update(repository, status)
  }

  private mutating func queueOthers(_ claim: SatisRepository.ActiveJob) {
    for build in openBuilds where !claim.builds.contains(where: { $0.uid == build.metadata.uid }) {
      queue(build)
    }
  }

  private mutating func deleteOldJobs(of repository: SatisRepository, _ output: Situation.OutputView) {
    let finished = output.jobs.filter { $0.belongs(to: repository) && $0.finishedCondition != nil }
      .sorted {
        ($0.metadata.creationTimestamp ?? situation.now) < ($1.metadata.creationTimestamp ?? situation.now)
      }
    for job in finished.dropLast(Self.keptJobs) {
      guard let uid = job.metadata.uid else { continue }
      actions.append(.deleteJob(job.key, uid: uid))
    }
  }

  /// Whether nothing is left that could write to the output.
  func isIdle(_ output: Situation.OutputView) -> Bool {
    output.unfinishedJobs.isEmpty && output.unfinishedPods.isEmpty
  }

  /// Comes back even without an event: what keeps the output busy may belong to another repository.
  mutating func lookAgainForOutput() {
    lookAgain(at: situation.now + 5)
  }

  /// Says who keeps the output busy.
  func waiting(for output: Situation.OutputView) -> String {
    let pod = output.unfinishedPods.first.map { "pod \($0.metadata.name)" }
    let job = output.unfinishedJobs.first.map { "Job \($0.metadata.name)" }
    return "waits for \(pod ?? job ?? "another build"), which may still write to the output, to end"
  }
}

extension Job {
  /// Whether the repository owns the Job: by uid, since another repository may have had the same name.
  func belongs(to repository: SatisRepository) -> Bool {
    guard let uid = repository.metadata.uid else { return false }
    return metadata.ownerReferences?.contains { $0.uid == uid && $0.controller == true } ?? false
      && metadata.labels?[ResourceNames.outputLabel] == ResourceNames.outputLabelValue(repository.spec.output)
  }
}
