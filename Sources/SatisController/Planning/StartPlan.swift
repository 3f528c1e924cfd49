import KubernetesClient
import SatisAPI

/// Who gets the output next: a claim for the first builds of the queue, or the reason why nothing starts.
extension RepositoryPlanner {
  mutating func start(
    _ open: [SatisBuild], of repository: SatisRepository, _ configuration: SatisConfiguration
  ) throws(NeedsLook) {
    let queue = BuildQueue(try entries(open, configuration))
    try supersede(queue, of: repository)
    var status = repository.status(queued: queue.entries.count)
    status.setReadiness(
      of: repository, configuration, repository.scheduleProblem,
      isBoundToOneNode: isBoundToOneNode(repository), at: situation.now)
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
        queue.rollback(waitingAt: situation.now).map {
          "waits for the next attempt of SatisBuild '\($0.name)', a rollback, which comes first unless it is cancelled"
        } ?? (isCurrent ? "waits for its turn" : "waits for the full build of the changed satis.json"))
      return
    }
    guard repository.hasFinalizer else {
      actions.append(.setFinalizer(repository, true))
      again = 0
      return
    }
    if case .full(let limit) = try situation.slot() {
      hold(
        queue, status, of: repository,
        "waits for one of \(limit) Jobs of other repositories to end (--max-concurrent-jobs)")
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
    // One that is younger may have claimed the output before this one was there, and be about to create its Job.
    if let other = situation.neighbours.first(where: { $0.status?.activeJob != nil }) {
      hold(
        queue, status, of: repository,
        "waits for the build of SatisRepository '\(other.metadata.name)', whose output overlaps, to end")
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
        // One that asks for a full build has what becomes of that: a source that was built alone, because another one
        // failed, still has the versions that went away.
        if entry.needsFull { full = true } else { sources = asked }
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

  /// So often a build that was asked for by itself and was invalid is followed by another: somebody may change all of them.
  private static var invalidLimit: Int { 5 }

  /// A new repository and a changed satis.json build in full by themselves.
  ///
  /// - Returns: the build that was asked for earlier, if it has ended and did not build this satis.json.
  private mutating func askForFullBuild(
    _ open: [SatisBuild], of repository: SatisRepository, _ configuration: SatisConfiguration, isCurrent: Bool
  ) -> SatisBuild? {
    // Any other build that waits becomes a full one.
    guard !isCurrent, !open.contains(where: { ($0.spec.operation ?? .build) == .build }) else { return nil }
    var asked: SatisBuild?
    for invalid in 0...Self.invalidLimit {
      let name = ResourceNames.configurationBuild(
        repository: repository.metadata, configHash: configuration.hash,
        lastSucceeded: repository.status?.lastSucceededTime, invalid: invalid)
      asked = situation.builds.first { $0.metadata.name == name }
      guard let asked else {
        _ = create(SatisBuild(named: name, of: repository, trigger: .configuration))
        return nil
      }
      // One that was invalid, because satis.json was another one for a while, or none, has built nothing of this one.
      guard asked.reason == .invalid else { return asked }
    }
    return asked
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
