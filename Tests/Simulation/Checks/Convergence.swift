import KubernetesClient
import SatisAPI

@testable import SatisController

/// What must be true after the faults have stopped and time has passed.
struct Convergence {
  let world: World
  /// Builds that were asked for when nothing went wrong any more.
  let lastBuilds: [NamespacedName]

  func check() {
    checkBuilds()
    checkRepositories()
    checkLeftovers()
    checkCounts()
    for (delivery, uids) in world.ledger.deliveries.sorted(by: { $0.key < $1.key }) where uids.count > 1 {
      if !world.people.mayRepeat(delivery) {
        world.violate(.noDoubleWork, "the delivery \(delivery) made \(uids.count) builds")
      }
    }
  }

  private func checkBuilds() {
    for build in world.server.builds.sorted where !(build.status?.isFinished ?? false) {
      let repository = world.server.repositories[build.repositoryKey]
      if repository?.spec.state == .suspended { continue }
      let ready = repository?.status?.conditions?[ConditionType.ready]
      if let ready, ready.status == .no, !ready.message.isEmpty { continue }
      let condition = build.status?.conditions?[ConditionType.succeeded]
      world.violate(
        .fairness,
        "\(build.metadata.name) of \(build.spec.repositoryRef.name) still waits: \(condition?.reason ?? "unseen"): "
          + "\(condition?.message ?? "")")
    }
    for key in lastBuilds {
      guard let build = world.server.builds[key],
        let repository = world.server.repositories[build.repositoryKey],
        repository.status?.conditions?[ConditionType.ready]?.status == .yes
      else { continue }
      let condition = build.status?.conditions?[ConditionType.succeeded]
      if condition?.status != .yes, condition?.reason != "Superseded" {
        world.violate(
          .fairness,
          "\(key.name), asked for when all was well, ended \(condition?.reason ?? "unseen"): \(condition?.message ?? "")"
        )
      }
    }
  }

  /// What nobody was there to count is not counted; a process that has been there all the time has missed no end,
  /// whatever answers were lost.
  private func checkCounts() {
    guard world.leaders.hasOneForAll else { return }
    for (uid, build) in world.ledger.builds.sorted(by: { $0.key < $1.key })
    where build.ended != nil && build.unwanted == nil && world.ledger.counts[uid] == nil {
      world.violate(.oneEnd, "the end of \(build.name) is not counted")
    }
  }

  private func checkRepositories() {
    for repository in world.server.repositories.sorted {
      let name = repository.metadata.name
      if repository.metadata.deletionTimestamp != nil {
        world.violate(.noLeak, "\(name) is still being deleted")
      }
      if let claim = repository.status?.activeJob {
        world.violate(.fairness, "\(name) still holds the claim \(claim.name)")
      }
      guard repository.status?.conditions?[ConditionType.ready]?.status == .yes else { continue }
      if let waiting = repository.status?.queuedBuilds, waiting != 0 {
        world.violate(.fairness, "\(name) says that \(waiting) builds wait, and none does")
      }
      let output = world.volumes.directory(
        claimName: repository.spec.output.claimName, path: repository.spec.output.path)
      guard let configuration = world.people.configuration(of: repository),
        lastBuilds.contains(where: { key in
          let build = world.server.builds[key]
          return build?.spec.repositoryRef.name == name && build?.status?.conditions?.first?.status == .yes
        })
      else { continue }
      let served = output.current.flatMap { world.volumes.releases[$0]?.configHash }
      if repository.status?.configHash != configuration.hash
        || served != configuration.hash && !output.wasRolledBack
      {
        world.violate(.noPushLost, "the last satis.json of \(name) was never built in full")
      }
      if let current = output.current, repository.status?.release != current {
        world.violate(
          .wholeOrNot,
          "\(name) says that \(repository.status?.release ?? "-") is served, and it is \(current)")
      }
    }
  }

  private func checkLeftovers() {
    let repositories = world.server.repositories.objects.values
    let uids = Set(repositories.compactMap(\.metadata.uid))
    for (uid, jobs) in Dictionary(
      grouping: world.server.jobs.sorted, by: { $0.metadata.ownerReferences?.first?.uid ?? "foreign" }
    ).sorted(by: { $0.key < $1.key }) where uid != "foreign" {
      if !uids.contains(uid) { world.violate(.noLeak, "Jobs of a repository that is gone are left") }
      if jobs.count > RepositoryPlanner.keptJobs {
        world.violate(.noLeak, "\(jobs.count) Jobs are kept: \(jobs.map(\.metadata.name))")
      }
      for job in jobs where job.finishedCondition == nil {
        world.violate(.noLeak, "Job \(job.metadata.name) never ends and no claim names it")
      }
    }
    let jobs = Set(world.server.jobs.objects.values.compactMap(\.metadata.uid))
    for pod in world.server.pods.sorted where !jobs.contains(pod.metadata.ownerReferences?.first?.uid ?? "") {
      world.violate(.noLeak, "pod \(pod.metadata.name) has no Job")
    }
    for repository in repositories.sorted(by: { $0.key < $1.key }) {
      let snapshots = world.server.snapshots.filter { $0.value == repository.metadata.uid }.count
      if snapshots > 2 { world.violate(.noLeak, "\(repository.metadata.name) has \(snapshots) snapshots") }
      let history = HistorySettings(repository)
      let finished = world.server.builds.objects.values.filter {
        $0.spec.repositoryRef.name == repository.metadata.name && $0.isFinished
      }.count
      // Succeeded, failed, needless; and the last one that a changed satis.json asked for.
      let limit = 2 * history.succeededLimit + history.failedLimit + 1
      if finished > limit {
        world.violate(.noLeak, "\(repository.metadata.name) keeps \(finished) builds, more than \(limit)")
      }
    }
  }
}
