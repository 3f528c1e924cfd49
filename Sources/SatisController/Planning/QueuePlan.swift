import KubernetesClient
import SatisAPI

/// Without a claim: check the configuration, sort out what cannot be built, and claim the output for the first
/// build of the queue.
extension RepositoryPlanner {
  mutating func startNext(of repository: SatisRepository) throws(NeedsLook) {
    let open = openBuilds
    guard !open.isEmpty || !isReadinessCurrent(repository) else {
      update(repository, repository.status(queued: 0))
      return
    }
    switch try situation.configuration() {
    case .failure(let problem):
      try refuse(open, of: repository, problem)
    case .success(let configuration):
      try start(open, of: repository, configuration)
    }
  }

  /// Puts a build into the queue, with a message that does not change while it waits.
  mutating func queue(_ build: SatisBuild) {
    guard build.status?.conditions?[ConditionType.succeeded] == nil else { return }
    update(build, build.queued("waits for its turn", at: situation.now))
  }

  /// Whether `Ready` was decided for this spec and nothing can have changed it since.
  private func isReadinessCurrent(_ repository: SatisRepository) -> Bool {
    guard let ready = repository.status?.conditions?[ConditionType.ready] else { return false }
    return ready.observedGeneration == repository.metadata.generation && ready.status == .yes
  }

  // MARK: - A configuration that cannot be used

  private mutating func refuse(
    _ open: [SatisBuild], of repository: SatisRepository, _ problem: ConfigurationProblem
  ) throws(NeedsLook) {
    // The cached repository may still be the one before it was mended.
    try situation.requireLiveRepository()
    var waiting = 0
    for build in open {
      let deadline = (build.status?.queuedTime ?? situation.now) + Self.patience
      if problem.isMissing, situation.now < deadline {
        update(
          build,
          build.queued(
            "\(problem.message); the build ends Invalid unless that is there before \(deadline)",
            at: situation.now))
        lookAgain(at: deadline)
        waiting += 1
      } else {
        update(build, build.invalid("\(problem.message), then create a new SatisBuild", at: situation.now))
      }
    }
    var status = repository.status(queued: waiting)
    status.setReady(
      .no, problem.isMissing ? "ConfigurationMissing" : "ConfigurationInvalid", problem.message,
      generation: repository.metadata.generation, at: situation.now)
    update(repository, status)
    // Nothing tells when a ConfigMap or Secret is mended.
    lookAgain(at: situation.now + Self.patience)
  }

  // MARK: - A configuration to build from

  private mutating func start(
    _ open: [SatisBuild], of repository: SatisRepository, _ configuration: SatisConfiguration
  ) throws(NeedsLook) {
    var queue: [(build: SatisBuild, sources: [String])] = []
    for build in open {
      switch check(build, configuration) {
      case .success(let sources):
        queue.append((build, sources))
      case .failure(let objection):
        try situation.requireLiveRepository()
        update(build, build.invalid(objection.message, at: situation.now))
      }
    }
    var status = repository.status(queued: queue.count)
    status.setReady(
      .yes, "Ready", "satis.json lists \(configuration.repositories.count) sources",
      generation: repository.metadata.generation, at: situation.now)

    while let (build, sources) = queue.first {
      let (output, current) = try situation.outputAndBuild(build.metadata.name)
      guard let current, current.metadata.uid == build.metadata.uid, !current.isFinished else {
        // The cache is behind: this build has ended or is gone. Its event is on the way.
        queue.removeFirst()
        status.queuedBuilds = queue.count
        continue
      }
      if isIdle(output) {
        claim(current, sources, of: repository, configuration, &status)
        queue.removeFirst()
      } else {
        try stopStrays(of: repository, output)
        update(current, current.queued(waiting(for: output), at: situation.now))
        update(repository, status)
        lookAgainForOutput()
      }
      queue.removeAll { $0.build.metadata.name == current.metadata.name }
      for (build, _) in queue { self.queue(build) }
      return
    }
    update(repository, status)
  }

  /// The sources to build, or why there is nothing that can be built.
  private func check(_ build: SatisBuild, _ configuration: SatisConfiguration) -> Result<[String], Objection>
  {
    if build.isTamperedWith {
      return .failure(
        Objection(
          message: "spec was changed after the build was queued; it is immutable: create a new SatisBuild"))
    }
    guard let source = build.spec.source else { return .success([]) }
    do throws(SatisConfiguration.Refusal) {
      return .success(try configuration.match(source))
    } catch {
      return .failure(Objection(message: "\(error); then create a new SatisBuild"))
    }
  }

  private struct Objection: Error {
    var message: String
  }

  /// Claims the output and creates the Job, in this order: a crash in between is repaired from the claim.
  private mutating func claim(
    _ build: SatisBuild, _ sources: [String], of repository: SatisRepository,
    _ configuration: SatisConfiguration, _ status: inout SatisRepository.Status
  ) {
    let sequence = (status.jobSequence ?? 0) + 1
    let item = SatisRepository.ActiveJob.Item(
      name: build.metadata.name, uid: build.metadata.uid ?? "", sources: sources)
    let claim = SatisRepository.ActiveJob(
      name: ResourceNames.job(repository: repository.metadata, sequence: sequence),
      startTime: situation.now,
      configHash: configuration.hash,
      // A release built from another satis.json is no base for a partial build.
      full: sources.isEmpty || status.configHash != configuration.hash,
      builds: [item])
    status.jobSequence = sequence
    status.activeJob = claim
    status.queuedBuilds = max(0, (status.queuedBuilds ?? 0) - 1)
    actions.append(.ensureSnapshot(Snapshot(repository: repository, configuration: configuration)))
    update(repository, status)
    actions.append(.createJob(JobManifest(repository: repository, claim: claim)))
    update(build, build.running(claim, pod: nil, at: situation.now))
  }

  /// Deletes unfinished Jobs of this repository that no claim names, such as one that a stalled controller
  /// created late.
  private mutating func stopStrays(
    of repository: SatisRepository, _ output: Situation.OutputView
  ) throws(NeedsLook) {
    for job in output.unfinishedJobs
    where job.belongs(to: repository) && job.metadata.deletionTimestamp == nil {
      try situation.requireLiveRepository()
      guard let uid = job.metadata.uid else { continue }
      actions.append(.deleteJob(job.key, uid: uid))
    }
  }
}

extension SatisRepository {
  /// The status with the bookkeeping that goes with every look.
  fileprivate func status(queued: Int) -> Status {
    var status = self.status ?? Status()
    status.observedGeneration = metadata.generation
    status.queuedBuilds = queued
    return status
  }
}

extension SatisRepository.Status {
  fileprivate mutating func setReady(
    _ ready: Condition.Status, _ reason: String, _ message: String, generation: Int64?, at now: Timestamp
  ) {
    var list = conditions ?? []
    list.set(
      Condition(
        type: ConditionType.ready, status: ready, reason: reason, message: message,
        observedGeneration: generation,
        lastTransitionTime: now))
    conditions = list
  }
}
