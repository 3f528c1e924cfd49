import KubernetesClient
import SatisAPI

/// Why no build of a repository can run, until somebody changes something other than satis.json.
struct Hindrance: Sendable, Equatable {
  /// The reason of the condition `Ready`.
  var reason: String
  /// A sentence that names field and remedy.
  var message: String
}

/// What keeps a repository from being built, and its builds waiting: they run by themselves once it is mended.
extension RepositoryPlanner {
  /// What hinders the repository; nil when its builds can run.
  func hindrance(of repository: SatisRepository) throws(NeedsLook) -> Hindrance? {
    if let older = repository.olderNeighbour(among: situation.neighbours) { return .overlap(with: older) }
    if let problem = repository.spec.podTemplate?.problem { return .podTemplate(problem) }
    // Once they were found to be usable, the claims are not asked for with each build.
    guard !repository.isSuspended, !repository.isKnownToBeReady else { return nil }
    return try situation.volumeClaims(of: repository).problem
  }

  /// Says why nothing starts.
  mutating func block(
    _ open: [SatisBuild], of repository: SatisRepository, _ hindrance: Hindrance
  ) throws(NeedsLook) {
    // The cached repository may still be the one before it was mended.
    try situation.requireLiveRepository()
    let waiting = try withoutSuperseded(open, of: repository)
    for build in waiting { wait(build, hindrance.message) }
    var status = repository.status(queued: waiting.count)
    status.setReady(
      .no, hindrance.reason, hindrance.message, generation: repository.metadata.generation, at: situation.now)
    update(repository, status)
    // Nothing tells when a claim is there.
    lookAgain(at: situation.now + Self.patience)
  }

  /// Ends what newer builds stand for: who waits for long would else wait with all that was asked meanwhile.
  private mutating func withoutSuperseded(
    _ open: [SatisBuild], of repository: SatisRepository
  ) throws(NeedsLook) -> [SatisBuild] {
    guard open.count > 1 else { return open }
    let configuration: SatisConfiguration? =
      if case .success(let found) = try situation.configuration() { found } else { nil }
    let queue = BuildQueue(try entries(open, configuration))
    try supersede(queue, of: repository)
    let unsorted = configuration == nil ? open.filter { $0.spec.source != nil } : []
    return queue.entries.flatMap { [$0.build] + $0.covers } + unsorted
  }

  /// Says what the server does not let the controller do; until it does, nothing else can be done.
  mutating func report(_ hindrance: Hindrance) {
    if let repository = situation.repository {
      var status = repository.status ?? SatisRepository.Status()
      status.observedGeneration = repository.metadata.generation
      status.setReady(
        .no, hindrance.reason, hindrance.message, generation: repository.metadata.generation,
        at: situation.now)
      update(repository, status)
    }
    // What runs goes on, and its builds say so.
    if situation.repository?.status?.activeJob == nil {
      for build in openBuilds where !build.isCancelled { wait(build, hindrance.message) }
    }
    // Nothing tells when a right is granted, or a Secret gone.
    lookAgain(at: situation.now + Self.patience)
  }

  /// Whether build pods and web server have to share a node, as far as is known.
  func isBoundToOneNode(_ repository: SatisRepository) -> Bool {
    guard let claims = situation.live.claims else {
      return repository.readiness?.reason == SatisRepository.Status.boundToOneNode
    }
    return VolumeClaims(claims, of: repository).areBoundToOneNode
  }

  /// Looks at the claims while a Job runs: when its pod does not get its volumes, and when one could not be used.
  ///
  /// - Returns: what the claims add to what is said of the pod.
  mutating func checkClaims(
    of repository: SatisRepository, podLacksVolumes: Bool
  ) throws(NeedsLook) -> String? {
    let wasRefused = Hindrance.claimReasons.contains(repository.readiness?.reason ?? "")
    guard podLacksVolumes || wasRefused else { return nil }
    let claims = try situation.volumeClaims(of: repository)
    var status = repository.status ?? SatisRepository.Status()
    if let problem = claims.problem {
      try situation.requireLiveRepository()
      status.setReady(
        .no, problem.reason, problem.message, generation: repository.metadata.generation, at: situation.now)
      update(repository, status)
      lookAgain(at: situation.now + Self.patience)
      return podLacksVolumes ? problem.message : nil
    }
    if wasRefused, case .success(let configuration) = try situation.configuration() {
      status.setReadiness(
        of: repository, configuration, repository.scheduleProblem,
        isBoundToOneNode: claims.areBoundToOneNode, at: situation.now)
      update(repository, status)
    }
    return podLacksVolumes && claims.areBoundToOneNode
      ? VolumeClaims.oneNodeAdvice(repository.spec.output) : nil
  }
}

extension Hindrance {
  /// The reasons that a look at the claims can give.
  static let claimReasons: Set<String> = ["ClaimLost", "ClaimNotFound", "ClaimNotShared", "ClaimReadOnly"]

  /// The controller lacks a right.
  static func lack(of right: MissingRight) -> Self {
    Self(reason: "Forbidden", message: right.description)
  }

  /// A Secret that belonged to an earlier snapshot of the same name is still there.
  static func leftover(_ secret: String) -> Self {
    Self(
      reason: "SnapshotNotGone",
      message:
        "Secret '\(secret)' is a copy of satis.json that is no longer used and has the name of the next one; the cluster's "
        + "garbage collector deletes it as a rule within seconds; if it stays, see whether that works, or "
        + "`kubectl delete secret \(secret)`")
  }

  fileprivate static func overlap(with older: SatisRepository) -> Self {
    Self(
      reason: "OutputOverlaps",
      message:
        "spec.output overlaps with that of SatisRepository '\(older.metadata.name)', which is older: two "
        + "repositories must not write to one directory, nor one inside the other's; create this one anew with another "
        + "path")
  }

  fileprivate static func podTemplate(_ problem: String) -> Self {
    Self(reason: "PodTemplateInvalid", message: problem)
  }
}

extension SatisRepository {
  /// The condition `Ready`.
  var readiness: Condition? { status?.conditions?[ConditionType.ready] }

  /// Whether this very spec was found to be ready.
  fileprivate var isKnownToBeReady: Bool {
    readiness?.status == .yes && readiness?.observedGeneration == metadata.generation
  }
}
