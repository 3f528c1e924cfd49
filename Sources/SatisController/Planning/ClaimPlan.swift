import KubernetesClient
import SatisAPI

/// With a claim: create its Job, follow it, mirror its end, and give the claim back.
extension RepositoryPlanner {
  mutating func follow(_ claim: SatisRepository.ActiveJob, of repository: SatisRepository) throws(NeedsLook) {
    let builds = try attachedBuilds(claim)
    if let job = situation.job(named: claim.name) {
      if !job.belongs(to: repository) {
        try abandon(claim, of: repository)
      } else if let condition = job.finishedCondition {
        try finish(claim, of: repository, condition, builds)
      } else {
        try run(claim, of: repository, job, builds)
        try supersede(claim)
      }
    } else {
      try createOrGiveUp(claim, of: repository)
    }
    try stopStrays(of: repository, except: claim.name, situation.live.output?.jobs ?? situation.cachedJobs)
    try queueOthers(claim, of: repository)
  }

  /// The builds that the claim's Job still works for.
  ///
  /// One that was deleted, or deleted and created again, is not among them: the Job goes on without it. One that the
  /// cache does not show is looked at, since nobody would ever tell it how the Job ended.
  private func attachedBuilds(_ claim: SatisRepository.ActiveJob) throws(NeedsLook) -> [SatisBuild] {
    let cached = Set(situation.builds.map { $0.metadata.uid ?? "" })
    let unseen = claim.builds.filter { !cached.contains($0.uid) && situation.live.builds[$0.name] == nil }
    guard unseen.isEmpty else { throw NeedsLook(looks: Set(unseen.map { .build($0.name) })) }
    let live = claim.builds.compactMap { item in
      cached.contains(item.uid) ? nil : situation.live.builds[item.name].flatMap { $0 }
    }
    return (situation.builds + live).filter(claim.isAttached)
      .sorted(on: BuildAge.init)
  }

  // MARK: - While the Job runs

  private mutating func run(
    _ claim: SatisRepository.ActiveJob, of repository: SatisRepository, _ job: Job, _ builds: [SatisBuild]
  ) throws(NeedsLook) {
    let pod = JobOutcome.decidingPod(among: situation.pods(ofJob: claim.name))
    let progress = PodProgress(pod, at: situation.now)
    let wanted = builds.filter { !$0.isCancelled }
    guard !wanted.isEmpty else {
      cancel(claim, job, pod, progress, builds)
      return
    }
    for build in builds where build.isCancelled {
      let message = "cancelled while Job \(claim.name) ran, which goes on for other builds"
      update(build, build.ended(.cancelled, message, at: situation.now))
    }
    // A quota may have kept the Job waiting after its claim.
    let start = max(claim.startTime, job.metadata.creationTimestamp ?? claim.startTime)
    let deadline = start + BuildSettings(repository).startDeadlineSeconds
    let isLate = progress.startProblem == .unschedulable || situation.now >= start + Self.patience
    let advice = try checkClaims(of: repository, podLacksVolumes: progress.mayLackVolumes && isLate)
    let message = [progress.message, advice].compactMap(\.self).joined(separator: "; ")
    let lastEnd = progress.startProblem == nil ? pod?.lastEnd(startedBy: deadline, of: repository) : nil
    if progress.isUnreachable {
      end(wanted, of: claim, in: repository, JobOutcome(reason: .nodeLost, message: progress.message))
    } else if let pod, let lastEnd, situation.now >= lastEnd {
      // Where a pod tolerates that its node is gone, nobody else gives it up.
      let outcome = JobOutcome(
        reason: .nodeLost,
        message: "pod \(pod.metadata.name) should have ended by its deadline, so its node "
          + "\(pod.spec?.nodeName ?? "") does not answer, or its volume does not")
      end(wanted, of: claim, in: repository, outcome)
      delete(job)
    } else if let problem = progress.startProblem, situation.now >= deadline {
      let outcome = JobOutcome(
        reason: problem,
        message: "\(message); it did not start within "
          + "\(BuildSettings(repository).startDeadlineSeconds) s (spec.build.startDeadlineSeconds)")
      end(wanted, of: claim, in: repository, outcome)
      delete(job)
    } else {
      if progress.startProblem != nil {
        let mayCheckLater = progress.mayLackVolumes && !isLate
        lookAgain(at: mayCheckLater ? min(deadline, start + Self.patience) : deadline)
      }
      if let deletion = pod?.metadata.deletionTimestamp {
        lookAgain(at: deletion + PodProgress.unreachableSeconds + 1)
      } else if let lastEnd {
        lookAgain(at: lastEnd)
      }
      for build in wanted {
        update(build, build.running(claim, message, pod: pod, at: situation.now))
      }
    }
  }

  /// Nobody wants the Job any more.
  ///
  /// A pod whose container runs, or may do so in a moment, is asked to stop, so that its report and log are kept. One
  /// that does not listen is ended by its node, which not every kubelet does in an orderly way.
  private mutating func cancel(
    _ claim: SatisRepository.ActiveJob, _ job: Job, _ pod: Pod?, _ progress: PodProgress,
    _ builds: [SatisBuild]
  ) {
    // Whoever may label pods can write any time; one that is far ahead counts as one that is long past.
    let told = pod?.stopTime ?? situation.now
    let longAgo = situation.now + -(Pod.stoppingSeconds + Pod.endingSeconds)
    let stopTime = told > situation.now + Pod.endingSeconds ? longAgo : max(told, longAgo)
    let patience = stopTime + Pod.stoppingSeconds
    let isPatient = situation.now < patience
    let isBeingEnded = pod?.spec?.activeDeadlineSeconds == Pod.endingDeadlineSeconds
    let lastEnd = patience + Pod.endingSeconds
    guard let pod, !builds.isEmpty, !progress.isUnreachable,
      pod.isFinished || !isBeingEnded || situation.now < lastEnd,
      progress.startProblem == nil || progress.isStarting && isPatient
    else {
      let message =
        progress.startProblem == nil
        ? "cancelled; its pod did not stop, and its Job was deleted" : "cancelled before Satis started"
      for build in builds { update(build, build.ended(.cancelled, message, at: situation.now)) }
      delete(job)
      return
    }
    for build in builds {
      update(
        build, build.running(claim, "\(progress.message) and is being stopped", pod: pod, at: situation.now))
    }
    if let deletion = pod.metadata.deletionTimestamp, !pod.isFinished {
      // Its node may never answer, and then nothing else would tell.
      lookAgain(at: deletion + PodProgress.unreachableSeconds + 1)
    }
    guard !pod.isFinished, pod.metadata.deletionTimestamp == nil else { return }
    if pod.stopTime == nil { actions.append(.stopPod(pod.key, since: situation.now)) }
    if isPatient {
      lookAgain(at: patience)
    } else {
      if !isBeingEnded {
        let since = situation.now + -Pod.stoppingSeconds
        // Nobody may have looked for long. Its node has its time from now on.
        if told != since { actions.append(.stopPod(pod.key, since: since)) }
        actions.append(.endPod(pod.key))
      }
      lookAgain(at: max(lastEnd, situation.now + Pod.endingSeconds))
    }
  }

  private mutating func delete(_ job: Job) {
    guard let uid = job.metadata.uid, job.metadata.deletionTimestamp == nil else { return }
    actions.append(.deleteJob(job.key, uid: uid))
  }

  /// The older builds that the claimed ones stand for: it is the claim that says what is done for them.
  private mutating func supersede(_ claim: SatisRepository.ActiveJob) throws(NeedsLook) {
    for item in claim.builds {
      for uid in item.supersedes ?? [] {
        guard let build = openBuilds.first(where: { $0.metadata.uid == uid }) else { continue }
        // One that is gone, or not wanted any more, would not try again what it stands for.
        guard let heir = try situation.liveBuild(item.name), heir.metadata.uid == item.uid, !heir.isFinished,
          !heir.isCancelled
        else { continue }
        update(build, build.superseded(by: item.name, at: situation.now))
      }
    }
  }

  // MARK: - Without its Job

  private mutating func createOrGiveUp(
    _ claim: SatisRepository.ActiveJob, of repository: SatisRepository
  ) throws(NeedsLook) {
    // The caches may not have seen the Job yet, or that it has been there and is gone, or show a claim that was given
    // back long ago.
    try situation.requireLiveRepository()
    let output = try situation.requireOutputAndBuilds(claim.builds.map(\.name))
    let claimed = claim.builds.compactMap { situation.live.builds[$0.name].flatMap(\.self) }
      .filter { claim.item(of: $0) != nil }
    let builds = claimed.filter(claim.isAttached)
    let wasCreated = claimed.contains { build in
      build.status?.attempts?.contains { $0.jobName == claim.name } ?? false
    }
    if wasCreated {
      // Its name must not be used again, so this attempt is over.
      end(builds, of: claim, in: repository, .lost(job: claim.name))
      try giveBack(claim, of: repository, output, outcome: nil)
    } else if let refusal = situation.live.jobRefusal {
      try refused(claim, of: repository, withoutCancelled(builds), output, refusal)
    } else if builds.allSatisfy(\.isCancelled) || repository.isSuspended
      || repository.olderNeighbour(among: situation.neighbours) != nil
      || repository.spec.podTemplate?.problem != nil
    {
      try giveBack(claim, of: repository, output, outcome: nil)
    } else if case .success(let configuration) = try situation.configuration(),
      configuration.hash == claim.configHash
    {
      guard output.isIdle else {
        for build in builds {
          update(build, build.queued(waiting(for: output), at: situation.now))
        }
        lookAgainForOutput()
        return
      }
      if case .full = try situation.slot() {
        // It had to let others go first while the server did not take its Job, which is what its builds still say: each
        // word that changed would make others look at once.
        lookAgain(at: situation.now + Self.patience)
        return
      }
      // Again: another version of this program may have made the claim, with another runner in its snapshot.
      actions.append(.ensureSnapshot(Snapshot(repository: repository, configuration: configuration)))
      try create(claim, of: repository, builds)
    } else {
      // The sources were matched against a satis.json that is no more.
      try giveBack(claim, of: repository, output, outcome: nil)
    }
  }

  /// Creates a claim's Job and says so in its builds, in this order: a crash in between is repaired from the claim.
  mutating func create(
    _ claim: SatisRepository.ActiveJob, of repository: SatisRepository, _ builds: [SatisBuild]
  ) throws(NeedsLook) {
    actions.append(.createJob(JobManifest(repository: repository, claim: claim)))
    let progress = PodProgress(nil, at: situation.now)
    for build in builds where !build.isCancelled {
      update(build, build.running(claim, progress.message, pod: nil, at: situation.now))
    }
    try supersede(claim)
    lookAgain(at: situation.now + BuildSettings(repository).startDeadlineSeconds)
  }

  private mutating func refused(
    _ claim: SatisRepository.ActiveJob, of repository: SatisRepository, _ builds: [SatisBuild],
    _ output: Situation.OutputView, _ refusal: Situation.JobRefusal
  ) throws(NeedsLook) {
    if refusal.isTemporary {
      let message = "the API server does not take Job \(claim.name), which is tried again: \(refusal.message)"
      for build in builds {
        update(build, build.queued(message, at: situation.now))
      }
      // They are kept for those who read logs, and may be what the quota is used up by.
      for job in output.jobs where refusal.isOfQuota && job.finishedCondition != nil {
        if job.belongs(to: repository) { delete(job) }
      }
      lookAgain(at: situation.now + Self.patience)
    } else {
      end(builds, of: claim, in: repository, .rejected(job: claim.name, message: refusal.message))
      try giveBack(claim, of: repository, output, outcome: nil)
    }
  }

  // MARK: - At the Job's end

  private mutating func finish(
    _ claim: SatisRepository.ActiveJob, of repository: SatisRepository, _ condition: Job.JobCondition,
    _ builds: [SatisBuild]
  ) throws(NeedsLook) {
    // The Job's end may be known before its pod's report is.
    let output = try situation.output()
    let pods = situation.pods(ofJob: claim.name)
    if let unfinished = pods.first(where: { !$0.isFinished }) {
      let progress = PodProgress(unfinished, at: situation.now)
      if progress.isUnreachable {
        end(builds, of: claim, in: repository, JobOutcome(reason: .nodeLost, message: progress.message))
      } else {
        for build in builds {
          update(
            build,
            build.running(claim, "\(progress.message) and is ending", pod: unfinished, at: situation.now))
        }
      }
      lookAgainForOutput()
      return
    }
    let outcome = JobOutcome(job: claim.name, condition, pods: pods)
    end(builds, of: claim, in: repository, outcome)
    try giveBack(claim, of: repository, output, outcome: outcome)
  }

  /// Writes what an ended attempt means for each build.
  private mutating func end(
    _ builds: [SatisBuild], of claim: SatisRepository.ActiveJob, in repository: SatisRepository,
    _ outcome: JobOutcome
  ) {
    let retry = RetryPolicy(settings: BuildSettings(repository))
    for build in builds {
      guard let item = claim.item(of: build) else { continue }
      let result = outcome.result(for: item, of: claim)
      let status = build.attempted(claim, outcome, result, retry: retry, at: situation.now)
      update(build, status)
      if let next = status.nextAttemptTime { lookAgain(at: next) }
    }
  }

  /// Clears the claim, unless something that can write to the output is still there.
  private mutating func giveBack(
    _ claim: SatisRepository.ActiveJob, of repository: SatisRepository, _ output: Situation.OutputView,
    outcome: JobOutcome?
  ) throws(NeedsLook) {
    guard output.isIdle else {
      lookAgainForOutput()
      return
    }
    var status = repository.status ?? SatisRepository.Status()
    status.activeJob = nil
    if let outcome, let release = outcome.release {
      status.release = release
      // Published from this satis.json, even where some of its sources could not be built: then a build has to say so and
      // to try again, which one of other sources does not.
      let isTold = outcome.succeeded || claim.builds.contains { $0.sources.isEmpty }
      if claim.operation == .build, claim.full, isTold { status.configHash = claim.configHash }
    }
    if let outcome, outcome.succeeded {
      status.lastSucceededTime = outcome.endTime(of: claim, at: situation.now)
    }
    // Before the claim goes: whoever is interrupted here comes back to it.
    deleteOldJobs(of: repository, claim, output)
    for name in claim.full ? try oldSnapshots(of: repository, claim) : [] {
      actions.append(.deleteSnapshot(NamespacedName(namespace: repository.key.namespace, name: name)))
    }
    update(repository, status)
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
}

extension SatisRepository.ActiveJob {
  /// The entry of a build, which a later build of the same name does not have.
  func item(of build: SatisBuild) -> Item? {
    builds.first { $0.uid == build.metadata.uid && $0.name == build.metadata.name }
  }

  /// Whether the claim's Job still works for a build.
  func isAttached(_ build: SatisBuild) -> Bool {
    !build.isFinished && (build.status?.isOpenAttempt(of: self) ?? true) && item(of: build) != nil
  }
}

extension SatisRepository {
  /// Whether builds queue and nothing starts.
  var isSuspended: Bool { spec.state == .suspended }
}
