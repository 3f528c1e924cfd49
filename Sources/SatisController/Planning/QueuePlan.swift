import KubernetesClient
import SatisAPI

/// Without a claim: check the configuration, sort out what cannot be built, and claim the output for the first
/// builds of the queue.
extension RepositoryPlanner {
  mutating func startNext(of repository: SatisRepository) throws(NeedsLook) {
    try stopStrays(of: repository, except: nil, situation.live.output?.jobs ?? situation.cachedJobs)
    let open = withoutCancelled(openBuilds)
    if let older = repository.olderNeighbour(among: situation.neighbours) {
      try refuseOverlap(open, of: repository, older)
      return
    }
    switch try situation.configuration() {
    case .failure(let problem):
      try refuse(open, of: repository, problem)
    case .success(let configuration):
      try start(open, of: repository, configuration)
    }
  }

  /// While a Job runs: the others wait, and those that another one stands for end.
  mutating func queueOthers(
    _ claim: SatisRepository.ActiveJob, of repository: SatisRepository
  ) throws(NeedsLook) {
    let covered = Set(claim.builds.flatMap { $0.supersedes ?? [] })
    let waiting = withoutCancelled(
      openBuilds.filter { build in
        guard claim.item(of: build) != nil else { return !covered.contains(build.metadata.uid ?? "") }
        return build.reason == .retrying
      })
    var status = repository.status ?? SatisRepository.Status()
    if !writesRepository, status.queuedBuilds != waiting.count {
      status.queuedBuilds = waiting.count
      update(repository, status)
    }
    guard waiting.contains(where: { $0.reason != .queued && $0.reason != .retrying }) || waiting.count > 1
    else {
      return
    }
    if waiting.count > 1, case .success(let configuration) = try situation.configuration() {
      let queue = BuildQueue(try entries(waiting, configuration))
      try supersede(queue, of: repository)
      for entry in queue.entries { wait(entry.build) }
    } else {
      for build in waiting { wait(build) }
    }
  }

  /// Puts a build into the queue, with a message that does not change while it waits.
  private mutating func wait(_ build: SatisBuild, _ message: String = "waits for its turn") {
    update(build, build.queued(message, at: situation.now))
    if let retry = build.status?.nextAttemptTime, retry > situation.now { lookAgain(at: retry) }
  }

  private mutating func withoutCancelled(_ builds: [SatisBuild]) -> [SatisBuild] {
    for build in builds where build.isCancelled {
      update(build, build.ended(.cancelled, "cancelled before it started", at: situation.now))
    }
    return builds.filter { !$0.isCancelled }
  }

  // MARK: - What cannot be used

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
    // Nothing tells when a Secret is mended.
    lookAgain(at: situation.now + Self.patience)
  }

  private mutating func refuseOverlap(
    _ open: [SatisBuild], of repository: SatisRepository, _ older: SatisRepository
  ) throws(NeedsLook) {
    try situation.requireLiveRepository()
    let message =
      "spec.output overlaps with that of SatisRepository '\(older.metadata.name)', which is older: two "
      + "repositories must not write to one directory, nor one inside the other's; create this one anew with another "
      + "path"
    for build in open { wait(build, message) }
    var status = repository.status(queued: open.count)
    status.setReady(
      .no, "OutputOverlaps", message, generation: repository.metadata.generation, at: situation.now)
    update(repository, status)
    lookAgain(at: situation.now + Self.patience)
  }

  // MARK: - The queue

  /// The builds with what they ask for; those that ask for what cannot be built end.
  private mutating func entries(
    _ builds: [SatisBuild], _ configuration: SatisConfiguration
  ) throws(NeedsLook) -> [BuildQueue.Entry] {
    let succession = Succession(situation.builds)
    var entries: [BuildQueue.Entry] = []
    for build in builds {
      switch entry(build, succession.ancestors(of: build), configuration) {
      case .success(let entry): entries.append(entry)
      case .failure(let objection):
        try situation.requireLiveRepository()
        update(build, build.invalid(objection.message, at: situation.now))
      }
    }
    return entries
  }

  private func entry(
    _ build: SatisBuild, _ ancestors: [SatisBuild], _ configuration: SatisConfiguration
  ) -> Result<BuildQueue.Entry, Objection> {
    if build.isTamperedWith {
      return .failure(
        Objection(
          message: "spec was changed after the build was queued; it is immutable: create a new SatisBuild"))
    }
    let place = ([build] + ancestors).compactMap(\.metadata.creationTimestamp).min() ?? situation.now
    var entry = BuildQueue.Entry(build: build, ask: .full, place: place)
    switch build.spec.operation ?? .build {
    case .purge: entry.ask = .purge
    case .rollback: entry.ask = .rollback(release: build.spec.release)
    case .build:
      guard let source = build.spec.source else { break }
      do throws(SatisConfiguration.Refusal) {
        let matches = try configuration.match(source)
        let family = [build] + ancestors
        entry.prune = family.contains { $0.spec.source?.prune == true }
        entry.needsFull = entry.prune && matches.contains { $0.name == nil }
        let commits = family.sorted { BuildQueue.isOlder($0, than: $1) }.compactMap(\.spec.trigger?.commit)
        entry.ask = .sources(
          matches.compactMap { match in
            guard let url = match.url else { return nil }
            return .init(
              url: url, package: entry.prune ? match.name : nil,
              commits: commits.isEmpty ? nil : Array(commits.suffix(5)))
          })
      } catch {
        return .failure(Objection(message: "\(error); then create a new SatisBuild"))
      }
    }
    return .success(entry)
  }

  private struct Objection: Error {
    var message: String
  }

  /// Ends the builds for which newer ones stand.
  ///
  /// That is a verdict: the newer one must not have been claimed yet, for only a build that starts later covers what
  /// was pushed before.
  private mutating func supersede(
    _ queue: BuildQueue, of repository: SatisRepository
  ) throws(NeedsLook) {
    guard !queue.superseded.isEmpty else { return }
    let unseen = queue.superseded.filter { situation.live.builds[$0.by.metadata.name] == nil }
      .map { Look.build($0.by.metadata.name) }
    if !unseen.isEmpty || !situation.live.hasRepository {
      throw NeedsLook(looks: Set(unseen).union(situation.live.hasRepository ? [] : [.repository]))
    }
    for pair in queue.superseded {
      guard let heir = try situation.liveBuild(pair.by.metadata.name),
        heir.metadata.uid == pair.by.metadata.uid,
        !heir.isFinished, !heir.isCancelled, heir.reason != .running,
        repository.status?.activeJob?.item(of: heir) == nil || heir.reason == .retrying
      else {
        wait(pair.build)
        continue
      }
      update(pair.build, pair.build.superseded(by: heir.metadata.name, at: situation.now))
    }
  }

  // MARK: - A claim

  private mutating func start(
    _ open: [SatisBuild], of repository: SatisRepository, _ configuration: SatisConfiguration
  ) throws(NeedsLook) {
    let queue = BuildQueue(try entries(open, configuration))
    try supersede(queue, of: repository)
    var status = repository.status(queued: queue.entries.count)
    status.setReadiness(of: repository, configuration, scheduleProblem(of: repository), at: situation.now)
    let isCurrent = status.configHash == configuration.hash

    guard !repository.isSuspended else {
      hold(
        queue, status, of: repository,
        "SatisRepository '\(repository.metadata.name)' is suspended; set "
          + "spec.state to Active to go on")
      return
    }
    let failed = askForFullBuild(open, of: repository, configuration, isCurrent: isCurrent)
    // What a purge may delete is known only of a release that was built from this satis.json.
    let next = queue.batch(
      at: situation.now, limit: BuildSettings(repository).batchLimit, mayPurge: isCurrent)
    guard !next.isEmpty else {
      if let failed, queue.entries.contains(where: { $0.ask == .purge }) {
        try refusePurges(queue, failed)
        return
      }
      hold(
        queue, status, of: repository,
        isCurrent ? "waits for its turn" : "waits for the full build of the changed satis.json")
      return
    }
    guard repository.hasFinalizer else {
      actions.append(.setFinalizer(repository, true))
      again = 0
      return
    }
    guard case .granted = try situation.slot() else {
      let limit = if case .full(let limit) = try situation.slot() { limit } else { 0 }
      hold(
        queue, status, of: repository,
        "waits for one of \(limit) Jobs of other repositories to end "
          + "(--max-concurrent-jobs)")
      return
    }
    let covered = next.flatMap(\.covers)
    let output = try situation.requireOutputAndBuilds((next.map(\.build) + covered).map(\.metadata.name))
    try stopStrays(of: repository, except: nil, output.jobs)
    guard output.isIdle else {
      hold(queue, status, of: repository, waiting(for: output))
      lookAgainForOutput()
      return
    }
    var batch: [BuildQueue.Entry] = []
    for entry in next {
      // Where the cache is behind, the build has ended or is gone, and its event is on the way.
      guard let live = try situation.liveBuild(entry.name), live.metadata.uid == entry.build.metadata.uid,
        !live.isFinished, !live.isCancelled
      else { continue }
      var entry = entry
      entry.build = live
      // An attempt whose failure the cache does not show yet has its delay as well.
      if entry.isDue(at: situation.now) { batch.append(entry) }
    }
    guard !batch.isEmpty else {
      hold(queue, status, of: repository, "waits for its turn")
      return
    }
    try claim(batch, of: repository, configuration, &status)
    let claimed = Set((batch.map(\.build) + batch.flatMap(\.covers)).map(\.metadata.name))
    for entry in queue.entries where !claimed.contains(entry.name) { wait(entry.build) }
  }

  /// Nothing starts now.
  private mutating func hold(
    _ queue: BuildQueue, _ status: SatisRepository.Status, of repository: SatisRepository, _ message: String
  ) {
    update(repository, status)
    for entry in queue.entries {
      wait(entry.build, message)
      for covered in entry.covers { wait(covered, message) }
    }
  }

  private mutating func claim(
    _ batch: [BuildQueue.Entry], of repository: SatisRepository, _ configuration: SatisConfiguration,
    _ status: inout SatisRepository.Status
  ) throws(NeedsLook) {
    let sequence = (status.jobSequence ?? 0) + 1
    var operation = SatisBuild.Operation.build
    var release: String?
    // A release built from another satis.json is no base for a partial build.
    var full = status.configHash != configuration.hash || !configuration.allowsPartialBuilds
    var items: [SatisRepository.ActiveJob.Item] = []
    for entry in batch {
      var sources: [SatisRepository.ActiveJob.Source] = []
      switch entry.ask {
      case .sources(let asked):
        sources = asked
        full = full || entry.needsFull
      case .full: full = true
      case .purge: operation = .purge
      case .rollback(let named):
        operation = .rollback
        release = named
      }
      let covered = entry.covers.compactMap(\.metadata.uid)
      items.append(
        .init(
          name: entry.name, uid: entry.build.metadata.uid ?? "", sources: sources,
          supersedes: covered.isEmpty ? nil : covered))
    }
    let claim = SatisRepository.ActiveJob(
      name: ResourceNames.job(repository: repository.metadata, sequence: sequence),
      startTime: situation.now, configHash: configuration.hash, operation: operation,
      full: operation == .build && full, release: release, builds: items)
    status.jobSequence = sequence
    status.activeJob = claim
    status.queuedBuilds = max(0, (status.queuedBuilds ?? 0) - batch.count)
    actions.append(.ensureSnapshot(Snapshot(repository: repository, configuration: configuration)))
    update(repository, status)
    try create(claim, of: repository, batch.map(\.build))
  }

  /// A new repository and a changed satis.json build in full by themselves.
  ///
  /// - Returns: the build that was asked for earlier, if it has ended and did not build this satis.json.
  private mutating func askForFullBuild(
    _ open: [SatisBuild], of repository: SatisRepository, _ configuration: SatisConfiguration, isCurrent: Bool
  ) -> SatisBuild? {
    // Any other build that waits becomes a full one.
    guard !isCurrent, !open.contains(where: { ($0.spec.operation ?? .build) == .build }) else { return nil }
    let name = ResourceNames.configurationBuild(
      repository: repository.metadata, configHash: configuration.hash,
      lastSucceeded: repository.status?.lastSucceededTime)
    if let asked = situation.builds.first(where: { $0.metadata.name == name }) { return asked }
    actions.append(.createBuild(SatisBuild(named: name, of: repository, trigger: .configuration)))
    return nil
  }

  /// Purges do not wait for a full build that has failed for good.
  private mutating func refusePurges(_ queue: BuildQueue, _ failed: SatisBuild) throws(NeedsLook) {
    // By the cached repository, a full build that has succeeded may not have been built yet.
    try situation.requireLiveRepository()
    for entry in queue.entries where entry.ask == .purge {
      let message =
        "a purge needs a release of this satis.json, and SatisBuild '\(failed.metadata.name)', which was to build it, "
        + "ended \(failed.reason?.rawValue ?? ""); mend what it says, build everything, then create a new SatisBuild"
      update(entry.build, entry.build.ended(.failed, message, at: situation.now))
    }
  }
}

extension SatisBuild {
  /// A build that the controller makes by itself.
  init(
    named name: String, of repository: SatisRepository, operation: Operation? = nil, trigger: Trigger.Kind
  ) {
    self.init(
      metadata: ObjectMetadata(name: name, namespace: repository.metadata.namespace),
      spec: .init(
        repositoryRef: .init(name: repository.metadata.name), operation: operation,
        trigger: .init(type: trigger)))
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
  fileprivate mutating func setReadiness(
    of repository: SatisRepository, _ configuration: SatisConfiguration, _ scheduleProblem: String?,
    at now: Timestamp
  ) {
    if repository.isSuspended {
      setReady(
        .no, "Suspended", "spec.state is Suspended: builds queue and none starts",
        generation: repository.metadata.generation, at: now)
    } else if let problem = scheduleProblem {
      setReady(
        .no, "ScheduleInvalid", "\(problem); builds that are asked for run all the same",
        generation: repository.metadata.generation, at: now)
    } else {
      setReady(
        .yes, "Ready", "satis.json lists \(configuration.repositories.count) sources",
        generation: repository.metadata.generation, at: now)
    }
  }

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
