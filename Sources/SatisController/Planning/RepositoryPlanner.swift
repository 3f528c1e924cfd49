import KubernetesClient
import SatisAPI

/// Decides what happens next to one repository and its builds.
///
/// A pure function of a `Situation`. The repository's status holds at most one claim (`activeJob`); whoever
/// holds it may write to the output. With a claim, its Job is created, followed and mirrored; without one, the
/// next builds in the queue get it. Every step is small enough to be repeated after a crash.
struct RepositoryPlanner {
  /// How long a build waits for a repository or a configuration that does not exist, in seconds.
  static let patience: Int64 = 30
  /// How often a satis.json in a Secret is looked at, in seconds: watching one Secret takes the right to list them all.
  static let secretInterval: Int64 = 60

  /// So many seconds the clocks of two controllers may be apart; a time that lies further ahead was written by one that
  /// was wrong.
  static let clockTolerance: Int64 = 3_600

  private(set) var situation: Situation
  /// The repository as it was read; a status is written against it.
  private let read: SatisRepository?
  /// Builds that have not ended, in the order of their creation.
  let openBuilds: [SatisBuild]
  var actions: [Action] = []
  var again: Int64?

  /// Decides.
  static func decide(_ situation: Situation) -> Decision {
    var planner = RepositoryPlanner(situation: situation)
    do throws(NeedsLook) {
      try planner.plan()
    } catch {
      return .look(error.looks)
    }
    return .act(planner.actions, again: planner.again.map { .seconds($0) })
  }

  private init(situation: Situation) {
    self.situation = situation
    read = situation.repository
    openBuilds = situation.builds.filter { !$0.isFinished && $0.metadata.deletionTimestamp == nil }
      .sorted(on: BuildAge.init)
  }

  private mutating func plan() throws(NeedsLook) {
    if let hindrance = situation.live.hindrance {
      report(hindrance)
      return
    }
    guard var repository = situation.repository else {
      try waitForRepository()
      retire(of: nil)
      return
    }
    if situation.live.isAheadOfCache {
      // Whose output it shares is not known before the cache shows it.
      lookAgainForOutput()
      return
    }
    if repository.metadata.deletionTimestamp != nil {
      try letGo(of: repository)
    } else {
      repository.status = planSchedules(of: repository)
      situation.repository = repository
      if let claim = repository.status?.activeJob {
        try follow(claim, of: repository)
      } else {
        try startNext(of: repository)
      }
      if !writesRepository { update(repository, repository.status ?? SatisRepository.Status()) }
      notify(about: repository)
      if repository.spec.config.isSecret { lookAgain(at: situation.now + Self.secretInterval) }
    }
    retire(of: repository)
  }

  // MARK: - Without a repository

  private mutating func waitForRepository() throws(NeedsLook) {
    guard !openBuilds.isEmpty else { return }
    // The cache of repositories may be behind that of builds.
    try situation.requireLiveRepository()
    for build in openBuilds {
      let deadline = (build.status?.queuedTime ?? situation.now) + Self.patience
      let missing =
        "SatisRepository '\(situation.key.name)' does not exist in namespace '\(situation.key.namespace)'"
      if build.isCancelled {
        update(build, build.ended(.cancelled, "cancelled before it started", at: situation.now))
      } else if situation.now < deadline {
        update(
          build,
          build.queued(
            "\(missing); the build ends Invalid unless it is created before \(deadline)", at: situation.now))
        lookAgain(at: deadline)
      } else {
        update(
          build, build.invalid("\(missing); create it, then create a new SatisBuild", at: situation.now))
      }
    }
  }

  // MARK: - For all parts of the planner

  /// Writes a build's status unless nothing would change.
  mutating func update(_ build: SatisBuild, _ status: SatisBuild.Status) {
    guard status != build.status else { return }
    actions.append(.updateBuild(build, status: status))
  }

  /// Makes a build that nobody has asked for, unless the server has just refused to take one.
  ///
  /// - Returns: whether it is made.
  mutating func create(_ build: SatisBuild) -> Bool {
    guard situation.live.buildRefusal == nil else {
      // Nothing tells when a quota is free, or a right granted.
      lookAgain(at: situation.now + Self.patience)
      return false
    }
    actions.append(.createBuild(build))
    return true
  }

  /// Writes the repository's status unless nothing would change.
  mutating func update(_ repository: SatisRepository, _ status: SatisRepository.Status) {
    var status = status
    // Whatever else keeps it from being ready says more, and is known by its reason.
    let readiness = status.conditions?[ConditionType.ready]
    if let refusal = situation.live.buildRefusal,
      readiness?.status != .no || readiness?.reason == refusal.reason
    {
      status.setReady(
        .no, refusal.reason, refusal.message, generation: repository.metadata.generation, at: situation.now)
    }
    guard let read, status != read.status ?? SatisRepository.Status() else { return }
    actions.append(.updateRepository(read, status: status))
  }

  /// Whether the repository's status is written already: twice would be a conflict with oneself.
  var writesRepository: Bool {
    actions.contains { if case .updateRepository = $0 { true } else { false } }
  }

  /// Asks to be called again at a time; of several the earliest counts.
  mutating func lookAgain(at time: Timestamp) {
    let seconds = max(1, time - situation.now)
    again = min(again ?? seconds, seconds)
  }

  /// Comes back even without an event: what keeps the output busy may belong to another repository.
  mutating func lookAgainForOutput() {
    lookAgain(at: situation.now + 5)
  }

  /// Says who keeps the output busy.
  func waiting(for output: Situation.OutputView) -> String {
    if let pod = output.unfinishedPods.first {
      let progress = PodProgress(pod, at: situation.now)
      if progress.isUnreachable { return progress.message }
    }
    let pod = output.unfinishedPods.first.map { "pod \($0.metadata.name)" }
    let job = output.unfinishedJobs.first.map { "Job \($0.metadata.name)" }
    return "waits for \(pod ?? job ?? "another build"), which may still write to the output, to end"
  }

  /// Deletes unfinished Jobs of this repository that no claim names, such as one that a stalled controller
  /// created late.
  mutating func stopStrays(
    of repository: SatisRepository, except claimed: String?, _ jobs: [Job]
  ) throws(NeedsLook) {
    for job in jobs
    where job.finishedCondition == nil && job.metadata.name != claimed && job.belongs(to: repository)
      && job.metadata.deletionTimestamp == nil
    {
      // A claim that is newer than this view of the repository names it.
      if let sequence = ResourceNames.sequence(ofJob: job.metadata.name),
        sequence > repository.status?.jobSequence ?? 0
      {
        continue
      }
      // A claim that the cache has not seen yet may name it.
      try situation.requireLiveRepository()
      guard let uid = job.metadata.uid else { continue }
      actions.append(.deleteJob(job.key, uid: uid))
    }
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
