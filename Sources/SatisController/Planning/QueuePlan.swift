import KubernetesClient
import SatisAPI

/// Without a claim: check the configuration, sort out what cannot be built, and claim the output for the first
/// builds of the queue.
extension RepositoryPlanner {
  mutating func startNext(of repository: SatisRepository) throws(NeedsLook) {
    try stopStrays(of: repository, except: nil, situation.live.output?.jobs ?? situation.cachedJobs)
    let open = withoutCancelled(openBuilds)
    if let hindrance = try hindrance(of: repository) {
      try block(open, of: repository, hindrance)
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
        // What is said of one that the claim still works for is said where the Job is followed.
        return !claim.isAttached(build)
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
  mutating func wait(_ build: SatisBuild, _ message: String = "waits for its turn") {
    update(build, build.queued(message, at: situation.now))
    if let retry = build.status?.nextAttemptTime, retry > situation.now { lookAgain(at: retry) }
  }

  mutating func withoutCancelled(_ builds: [SatisBuild]) -> [SatisBuild] {
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
    // Not only from when a build was queued: a ConfigMap may be deleted and created anew.
    let missingTime = repository.missingTime ?? situation.now
    var waiting = 0
    for build in open {
      let deadline = max(build.status?.queuedTime ?? situation.now, missingTime) + Self.patience
      if problem.isMissing, repository.isSuspended {
        wait(build, problem.message)
        waiting += 1
      } else if problem.isMissing, situation.now < deadline {
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
    if problem.isMissing, repository.missingTime == nil {
      // Its time is that of this absence, also where the repository was not ready for another reason.
      status.conditions?.removeAll { $0.type == ConditionType.ready }
    }
    status.setReady(
      .no, problem.isMissing ? SatisRepository.configurationMissing : "ConfigurationInvalid", problem.message,
      generation: repository.metadata.generation, at: situation.now)
    update(repository, status)
    // Nothing tells when a Secret is mended.
    lookAgain(at: situation.now + Self.patience)
  }

  // MARK: - The queue

  /// The builds with what they ask for; those that ask for what cannot be built end.
  ///
  /// - Parameter configuration: nil leaves builds of single sources out.
  mutating func entries(
    _ builds: [SatisBuild], _ configuration: SatisConfiguration?
  ) throws(NeedsLook) -> [BuildQueue.Entry] {
    let succession = Succession(situation.builds)
    var entries: [BuildQueue.Entry] = []
    for build in builds where configuration != nil || build.spec.source == nil {
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
    _ build: SatisBuild, _ ancestors: [SatisBuild], _ configuration: SatisConfiguration?
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
      guard let source = build.spec.source, let configuration else { break }
      do throws(SatisConfiguration.Refusal) {
        let matches = try configuration.match(source)
        let family = [build] + ancestors
        entry.prune = family.contains { $0.spec.source?.prune == true }
        entry.needsFull = entry.prune && matches.contains { $0.package == nil }
        let commits = family.sorted(on: BuildAge.init).compactMap(\.spec.trigger?.commit)
        entry.ask = .sources(
          matches.compactMap { match in
            guard let url = match.url else { return nil }
            return .init(
              url: url, package: entry.prune ? match.package : nil,
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
  mutating func supersede(
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
        repository.status?.activeJob?.isAttached(heir) != true
      else {
        wait(pair.build)
        continue
      }
      update(pair.build, pair.build.superseded(by: heir.metadata.name, at: situation.now))
    }
  }
}

extension SatisRepository {
  /// The reason of a repository whose satis.json is not there.
  fileprivate static let configurationMissing = "ConfigurationMissing"

  /// When the satis.json that this very spec names was first seen to be missing; nil where it was not.
  fileprivate var missingTime: Timestamp? {
    guard let readiness, readiness.reason == Self.configurationMissing,
      readiness.observedGeneration == metadata.generation
    else { return nil }
    return readiness.lastTransitionTime
  }
}
