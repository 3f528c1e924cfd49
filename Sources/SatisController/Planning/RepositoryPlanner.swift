import KubernetesClient
import SatisAPI

/// Decides what happens next to one repository and its builds.
///
/// A pure function of a `Situation`. The repository's status holds at most one claim (`activeJob`); whoever
/// holds it may write to the output. With a claim, its Job is created, followed and mirrored; without one, the
/// next build in the queue gets it. Every step is small enough to be repeated after a crash.
struct RepositoryPlanner {
  /// How long a build waits for a repository or a configuration that does not exist, in seconds.
  static let patience: Int64 = 30
  /// Finished Jobs kept for `kubectl logs`.
  static let keptJobs = 3

  let situation: Situation
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
  }

  private mutating func plan() throws(NeedsLook) {
    guard let repository = situation.repository else {
      try waitForRepository()
      return
    }
    if let claim = repository.status?.activeJob {
      try follow(claim, of: repository)
    } else {
      try startNext(of: repository)
    }
  }

  // MARK: - Without a repository

  private mutating func waitForRepository() throws(NeedsLook) {
    for build in openBuilds {
      let deadline = (build.status?.queuedTime ?? situation.now) + Self.patience
      let missing =
        "SatisRepository '\(situation.key.name)' does not exist in namespace '\(situation.key.namespace)'"
      if situation.now < deadline {
        update(
          build,
          build.queued(
            "\(missing); the build ends Invalid unless it is created before \(deadline)", at: situation.now))
        lookAgain(at: deadline)
      } else {
        try situation.requireLiveRepository()
        update(
          build,
          build.invalid("\(missing); create it, then create a new SatisBuild", at: situation.now))
      }
    }
  }

  // MARK: - For all parts of the planner

  /// Builds that have not ended, in the order of the queue: by creation, then by name.
  var openBuilds: [SatisBuild] {
    situation.builds.filter { !$0.isFinished && $0.metadata.deletionTimestamp == nil }.sorted { left, right in
      let times = (left.metadata.creationTimestamp, right.metadata.creationTimestamp)
      return times.0 == times.1 ? left.metadata.name < right.metadata.name : lessWithNilLast(times.0, times.1)
    }
  }

  private func lessWithNilLast(_ left: Timestamp?, _ right: Timestamp?) -> Bool {
    guard let left else { return false }
    return right.map { left < $0 } ?? true
  }

  /// Writes a build's status unless nothing would change.
  mutating func update(_ build: SatisBuild, _ status: SatisBuild.Status) {
    guard status != build.status else { return }
    actions.append(.updateBuild(build, status: status))
  }

  /// Writes the repository's status unless nothing would change.
  mutating func update(_ repository: SatisRepository, _ status: SatisRepository.Status) {
    guard status != repository.status ?? SatisRepository.Status() else { return }
    actions.append(.updateRepository(repository, status: status))
  }

  /// Asks to be called again at a time; of several the earliest counts.
  mutating func lookAgain(at time: Timestamp) {
    let seconds = max(1, time - situation.now)
    again = min(again ?? seconds, seconds)
  }
}
