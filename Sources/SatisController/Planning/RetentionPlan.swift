import KubernetesClient
import SatisAPI

/// What goes in time: builds, Jobs with their pods, and snapshots.
extension RepositoryPlanner {
  /// Finished Jobs kept for `kubectl logs`.
  static let keptJobs = 3
  /// Seconds for which a finished build answers for its delivery: git hosts repeat deliveries within minutes.
  static let answerSeconds: Int64 = 3_600
  /// Builds deleted by one decision.
  static let deletionsAtOnce = 100

  /// Deletes finished builds by count and age.
  ///
  /// A repository that does not exist has default limits, so that builds of nothing go as well.
  mutating func retire(of repository: SatisRepository?) {
    let history = HistorySettings(repository)
    let finished = situation.builds.filter { $0.isFinished && $0.metadata.deletionTimestamp == nil }
    guard finished.count > min(history.succeededLimit, history.failedLimit) || history.ttlSeconds != nil
    else {
      return
    }
    let needed = stillNeeded()
    var counts: [RetentionClass: Int] = [:]
    var deleted = 0
    let pending = Set(
      actions.compactMap { if case .notify(let build, _, _) = $0 { build.metadata.name } else { nil } })
    for build in finished.sorted(on: { -$0.endTime.seconds }) {
      let kind = RetentionClass(build)
      counts[kind, default: 0] += 1
      let isSurplus = counts[kind, default: 0] > kind.limit(history)
      let age = situation.now - build.endTime
      let isExpired = history.ttlSeconds.map { age >= $0 } ?? false
      guard isSurplus || isExpired else {
        if let ttl = history.ttlSeconds { lookAgain(at: build.endTime + ttl) }
        continue
      }
      guard !needed.contains(build.metadata.name), !pending.contains(build.metadata.name),
        let uid = build.metadata.uid
      else { continue }
      // However short the history is to be, a repeated delivery must not make a second build.
      let isExpendable = isExpired && build.spec.trigger?.type != .webhook
      guard isExpendable || age >= Self.answerSeconds else {
        lookAgain(at: build.endTime + Self.answerSeconds)
        continue
      }
      guard deleted < Self.deletionsAtOnce else {
        lookAgain(at: situation.now + 1)
        return
      }
      deleted += 1
      actions.append(.deleteBuild(build.key, uid: uid))
    }
  }

  /// Finished builds that something else still hangs on.
  private func stillNeeded() -> Set<String> {
    let succession = Succession(situation.builds)
    // What open builds stand for, which a retry has to do as well; one of everything does it whatever it was.
    let heirs = openBuilds.filter { $0.spec.source != nil }
    var names = Set(heirs.flatMap { succession.ancestors(of: $0) }.map(\.metadata.name))
    // While it is there, a satis.json that cannot be built is not tried again for ever.
    let asked = situation.builds.filter { $0.spec.trigger?.type == .configuration }
    names.formUnion([asked.max { BuildAge($0) < BuildAge($1) }?.metadata.name].compactMap(\.self))
    return names
  }

  /// Deletes all finished Jobs but the claim's and the newest others.
  mutating func deleteOldJobs(
    of repository: SatisRepository, _ claim: SatisRepository.ActiveJob, _ output: Situation.OutputView
  ) {
    let jobs = output.jobs.filter { $0.belongs(to: repository) && $0.finishedCondition != nil }
    let finished = jobs.filter { $0.metadata.name != claim.name }
      .sorted {
        ($0.metadata.creationTimestamp ?? situation.now, $0.metadata.name.count, $0.metadata.name)
          < ($1.metadata.creationTimestamp ?? situation.now, $1.metadata.name.count, $1.metadata.name)
      }
    for job in finished.dropLast(Self.keptJobs - (jobs.count - finished.count)) {
      guard let uid = job.metadata.uid else { continue }
      actions.append(.deleteJob(job.key, uid: uid))
    }
  }

  /// Snapshots of earlier configurations; the claim's own is kept for the next build.
  func oldSnapshots(
    of repository: SatisRepository, _ claim: SatisRepository.ActiveJob
  ) throws(NeedsLook) -> [String] {
    guard let snapshots = situation.live.snapshots else { throw NeedsLook(looks: [.snapshots]) }
    let current = Snapshot.name(repository: repository, configHash: claim.configHash)
    return snapshots.filter { $0 != current }.sorted()
  }
}

/// What a finished build counts as, so that one sort does not push out another.
private enum RetentionClass: Hashable {
  case succeeded
  case failed
  case needless

  init(_ build: SatisBuild) {
    self =
      switch build.reason {
      case .succeeded: .succeeded
      case .superseded, .cancelled: .needless
      default: .failed
      }
  }

  func limit(_ history: HistorySettings) -> Int {
    switch self {
    case .succeeded, .needless: history.succeededLimit
    case .failed: history.failedLimit
    }
  }
}

extension SatisBuild {
  /// When it ended; for sorting.
  var endTime: Timestamp { status?.completionTime ?? Timestamp(seconds: 0) }
}
