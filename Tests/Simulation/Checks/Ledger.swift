import ControllerRuntime
import KubernetesClient
import SatisAPI

@testable import SatisController

/// The books of a run: what was asked, claimed, started and ended, against which every write is checked.
final class Ledger {
  /// What a release has to hold before a build may say that it succeeded.
  struct Need {
    var source: Int
    var commits: Int
    var deletions: Int
    /// The build that asked for it.
    var build: String
  }

  struct BuildRecord {
    var name: String
    var repository: String
    var needs: [Need]
    var created: VirtualTime
    var ended: (time: VirtualTime, reason: String)?
    /// When a person said that it is not wanted any more, or deleted it.
    var unwanted: VirtualTime?
    var release: String?
    var heir: String?
  }

  struct ClaimRecord {
    var repositoryUID: String
    var made: VirtualTime
    var givenBack: VirtualTime?
    var lastJob: VirtualTime?
  }

  unowned let world: World
  /// By uid.
  private(set) var builds: [String: BuildRecord] = [:]
  private var uids: [String: String] = [:]
  /// By the Job's name.
  private(set) var claims: [String: ClaimRecord] = [:]
  /// Which controllers have counted the end of a build, by uid.
  private(set) var counts: [String: Set<String>] = [:]
  /// Builds by the delivery that asked for them.
  var deliveries: [String: Set<String>] = [:]
  /// Rollbacks to the release before that have gone back, by uid.
  private var wentBack: Set<String> = []

  init(world: World) {
    self.world = world
  }

  // MARK: - Builds come and go

  func buildChanged(_ update: WatchUpdate<SatisBuild>) {
    switch update {
    case .applied(let build):
      let uid = build.metadata.uid ?? ""
      if builds[uid] == nil {
        uids[build.metadata.name] = uid
        builds[uid] = BuildRecord(
          name: build.metadata.name, repository: build.spec.repositoryRef.name, needs: needs(of: build),
          created: world.agenda.now)
        if let delivery = build.spec.trigger?.deliveryID {
          deliveries["\(build.spec.repositoryRef.name) \(delivery)", default: []].insert(uid)
        }
      }
      if build.spec.state == .cancelled, builds[uid]?.unwanted == nil {
        builds[uid]?.unwanted = world.agenda.now
      }
    case .deleted(let build):
      let uid = build.metadata.uid ?? ""
      if builds[uid]?.ended == nil, builds[uid]?.unwanted == nil { builds[uid]?.unwanted = world.agenda.now }
    default: break
    }
  }

  private func needs(of build: SatisBuild) -> [Need] {
    guard build.spec.operation ?? .build == .build else { return [] }
    let asked: [Int]
    if let source = build.spec.source {
      asked = world.git.sources.indices.filter {
        source.url == SourceNames.url($0) || source.url == SourceNames.webhookURL($0)
          || source.package != nil && source.package == SourceNames.package($0)
      }
    } else {
      asked = Array(world.git.sources.indices)
    }
    let isWhole = build.spec.source == nil || build.spec.source?.prune == true
    return asked.map { source in
      let host = world.git.sources[source]
      return Need(
        source: source, commits: host.commits, deletions: isWhole ? host.deletions : 0,
        build: build.metadata.name)
    }
  }

  /// A controller is about to delete a build.
  func retired(_ build: SatisBuild) {
    let record = builds[build.metadata.uid ?? ""]
    guard record?.ended != nil else {
      world.violate(.noPushLost, "\(build.metadata.name) is deleted before it has ended")
      return
    }
    let isExpendable =
      world.people.hasShortHistory(build.spec.repositoryRef.name) && build.spec.trigger?.type != .webhook
    let age = world.wallClock - (build.status?.completionTime ?? world.wallClock)
    // Clocks may differ by half a minute.
    if !isExpendable, age < RetentionRule.answerSeconds - 30 {
      world.violate(
        .noDoubleWork,
        "\(build.metadata.name) is deleted \(age) s after its end, when its delivery may still be repeated")
    }
  }

  // MARK: - An end is counted

  /// A controller takes a status of a build for written, as far as its metrics go.
  ///
  /// Two that lead at once may each count an end: the one that wrote it, and one that got no answer to the very same.
  func counted(_ build: SatisBuild, _ status: SatisBuild.Status, by controller: Controller) {
    guard !build.isFinished, status.isFinished, let uid = build.metadata.uid else { return }
    guard counts[uid, default: []].insert(controller.name).inserted else {
      world.violate(.oneEnd, "\(controller.name) counts the end of \(build.metadata.name) twice")
      return
    }
  }

  // MARK: - A status is written

  func wroteBuild(_ old: SatisBuild?, _ new: SatisBuild, by controller: Controller) {
    let uid = new.metadata.uid ?? ""
    guard let record = builds[uid], let status = new.status else { return }
    checkAttempts(old, new)
    let condition = status.conditions?[ConditionType.succeeded]
    if let ended = record.ended {
      if condition?.reason != ended.reason || status.supersededBy != record.heir {
        world.violate(
          .oneEnd,
          "\(record.name) ended \(ended.reason) and now says \(condition?.reason ?? "nothing") "
            + "(\(status.supersededBy ?? "no heir"))")
      }
      return
    }
    guard status.isFinished, let reason = condition?.reason else { return }
    builds[uid]?.ended = (world.agenda.now, reason)
    builds[uid]?.release = status.release
    builds[uid]?.heir = status.supersededBy
    if condition?.message.isEmpty ?? true { world.violate(.oneEnd, "\(record.name) ends without a message") }
    switch SatisBuild.Reason(rawValue: reason) {
    case .succeeded:
      world.tally.count(.succeeded)
      check(
        record.needs, of: record.name, in: status.release, isBuild: new.spec.operation ?? .build == .build)
    case .superseded:
      world.tally.count(.superseded)
      inherit(record, uid, status.supersededBy, by: controller, key: new.repositoryKey)
    case .failed: world.tally.count(.failed)
    case .timedOut: world.tally.count(.timedOut)
    case .cancelled:
      world.tally.count(.cancelled)
      checkCancelled(new, record)
    case .invalid:
      world.tally.count(.invalid)
      checkInvalid(new, record)
    default: world.violate(.oneEnd, "\(record.name) ends for the reason \(reason)")
    }
  }

  private func checkCancelled(_ build: SatisBuild, _ record: BuildRecord) {
    if record.unwanted == nil, !world.people.deletes(record.repository) {
      world.violate(.noPushLost, "\(record.name) ends Cancelled, and nobody cancelled it")
    }
  }

  private func checkInvalid(_ build: SatisBuild, _ record: BuildRecord) {
    // Right if at some time since the build was made the repository did not list it; else it is a lost push.
    if !world.people.mayBeInvalid(build, since: record.created) {
      world.violate(
        .noPushLost,
        "\(record.name) ends Invalid, and satis.json has listed its source all the time: "
          + "\(build.status?.conditions?[ConditionType.succeeded]?.message ?? "")")
    }
  }

  private func check(_ needs: [Need], of build: String, in name: String?, isBuild: Bool) {
    guard let name, let release = world.volumes.releases[name] else {
      if isBuild {
        world.violate(.noPushLost, "\(build) succeeded in release \(name ?? "-"), which was never published")
      }
      return
    }
    for need in needs {
      // Who deletes a build takes back what it asked for.
      guard let content = release.contents[need.source], !world.people.removedNames.contains(need.build)
      else { continue }
      if content.commits < need.commits {
        world.violate(
          .noPushLost,
          "\(build) succeeded in \(name), which has s\(need.source) at commit \(content.commits), while \(need.build) "
            + "asked for \(need.commits)")
      } else if content.deletions < need.deletions {
        world.violate(
          .noPushLost,
          "\(build) succeeded in \(name), where \(need.deletions - content.deletions) deleted branches of "
            + "s\(need.source) live on, as \(need.build) said")
      }
    }
  }

  private func inherit(
    _ record: BuildRecord, _ uid: String, _ heir: String?, by controller: Controller, key: NamespacedName
  ) {
    guard let heir, let heirUID = uids[heir], heirUID != uid, var heirRecord = builds[heirUID] else {
      world.violate(.noDoubleWork, "\(record.name) ends Superseded and names no other build")
      return
    }
    let beginning = controller.beginning(of: key)
    guard heirRecord.repository == record.repository else {
      world.violate(.noDoubleWork, "\(record.name) is superseded by \(heir), which is of another repository")
      return
    }
    if let ended = heirRecord.ended, ended.reason != "Succeeded", ended.time < beginning {
      world.violate(
        .noPushLost, "\(record.name) is superseded by \(heir), which had ended \(ended.reason) before")
    }
    if let gone = heirRecord.unwanted, gone < beginning, heirRecord.ended == nil,
      world.server.builds[NamespacedName(namespace: key.namespace, name: heir)] == nil
    {
      world.violate(.noPushLost, "\(record.name) is superseded by \(heir), which had been deleted before")
    }
    // Who stands for a build has to do what that one had to do, and so on.
    heirRecord.needs += record.needs
    builds[heirUID] = heirRecord
    var next: (uid: String, record: BuildRecord)? = (heirUID, heirRecord)
    var seen: Set<String> = [uid]
    while let (current, found) = next, seen.insert(current).inserted {
      next = nil
      guard let ended = found.ended else { break }
      if ended.reason == "Succeeded" {
        check(record.needs, of: found.name, in: found.release, isBuild: true)
      } else if ended.reason == "Superseded", let name = found.heir, let further = uids[name],
        var furtherRecord = builds[further]
      {
        furtherRecord.needs += record.needs
        builds[further] = furtherRecord
        next = (further, furtherRecord)
      }
    }
  }

  private func checkAttempts(_ old: SatisBuild?, _ new: SatisBuild) {
    let attempts = new.status?.attempts ?? []
    let earlier = old?.status?.attempts ?? []
    let limit = world.retryLimit + 1
    if attempts.count > limit {
      world.violate(.attempts, "\(new.metadata.name) has \(attempts.count) attempts, more than \(limit)")
    }
    if attempts.map(\.number) != Array(1...max(1, attempts.count)).prefix(attempts.count).map(\.self) {
      world.violate(.attempts, "\(new.metadata.name) counts its attempts \(attempts.map(\.number))")
    }
    if Set(attempts.map(\.jobName)).count != attempts.count {
      world.violate(.attempts, "\(new.metadata.name) has two attempts of one Job")
    }
    if attempts.count < earlier.count || zip(attempts, earlier).contains(where: { $0.jobName != $1.jobName })
    {
      world.violate(.attempts, "\(new.metadata.name) forgets attempts")
    }
  }

  // MARK: - A rollback is carried out

  /// A process is about to serve an earlier release again.
  func wentBack(_ process: RunnerProcess, to release: String) {
    // One that names its release arrives there however often it is tried.
    guard process.order.release == nil, !world.ignoresLocks, let build = process.claim.builds.first,
      !wentBack.insert(build.uid).inserted
    else { return }
    world.violate(.noDoubleWork, "\(build.name) goes back once more, to \(release)")
  }

  // MARK: - Claims and Jobs

  func wroteRepository(_ old: SatisRepository?, _ new: SatisRepository, by controller: Controller) {
    let before = old?.status?.activeJob
    let after = new.status?.activeJob
    let name = new.metadata.name
    if (new.status?.jobSequence ?? 0) < (old?.status?.jobSequence ?? 0) {
      world.violate(.noDoubleWork, "the Job numbers of \(name) go back")
    }
    if let before, before.name != after?.name {
      claims[before.name]?.givenBack = world.agenda.now
      if let after {
        world.violate(.oneWriter, "\(name) goes from claim \(before.name) to \(after.name) at once")
      }
      if let process = world.volumes.processes.first(where: { $0.order.job == before.name }),
        process.excuse == nil
      {
        world.violate(
          .oneWriter, "the claim \(before.name) is given back while pod \(process.pod.name) writes")
      }
    }
    if let after, before?.name != after.name { claimed(after, new, by: controller) }
  }

  private func claimed(
    _ claim: SatisRepository.ActiveJob, _ repository: SatisRepository, by controller: Controller
  ) {
    if claims[claim.name] != nil {
      world.violate(.noDoubleWork, "the Job name \(claim.name) is claimed a second time")
    }
    claims[claim.name] = ClaimRecord(
      repositoryUID: repository.metadata.uid ?? "", made: world.agenda.now)
    let beginning = controller.beginning(of: repository.key)
    for item in claim.builds {
      guard let record = builds[item.uid] else { continue }
      if let ended = record.ended, ended.time < beginning {
        world.violate(
          .noDoubleWork, "\(claim.name) is to run \(record.name), which has ended \(ended.reason)")
      }
      if let unwanted = record.unwanted, unwanted < beginning {
        world.violate(.oneEnd, "\(claim.name) is to run \(record.name), which nobody wants any more")
      }
      let stored = world.server.builds.objects.values.first { $0.metadata.uid == item.uid }
      if let next = stored?.status?.nextAttemptTime, next - world.wallClock > 35 {
        world.violate(
          .attempts, "\(claim.name) tries \(record.name) again \(next - world.wallClock) s before its time")
      }
    }
  }

  /// A Job was created; says why it may overlap with others, which no decision could have known.
  func createdJob(_ job: Job, _ manifest: JobManifest, by controller: Controller) -> String? {
    let name = job.metadata.name
    guard let claim = claims[name] else {
      world.violate(.oneWriter, "Job \(name) is created and has never been claimed")
      return nil
    }
    claims[name]?.lastJob = world.agenda.now
    let key = manifest.repository.key
    let beginning = controller.beginning(of: key)
    if let last = claim.lastJob, last < beginning, claim.givenBack == nil {
      let isKnown = manifest.claim.builds.contains { item in
        world.server.builds.objects.values.contains { build in
          build.metadata.uid == item.uid
            && build.status?.attempts?.contains { $0.jobName == name } ?? false
        }
      }
      if isKnown, controller.isAlive, world.leaders.running.count == 1 {
        world.violate(.noDoubleWork, "Job \(name) is created a second time")
      }
    }
    guard let givenBack = claim.givenBack else { return nil }
    if givenBack < beginning {
      world.violate(
        .oneWriter,
        "Job \(name) is created from a claim that was given back before this decision began")
      return nil
    }
    world.tally.count(.stray)
    world.say("check", "Job \(name) comes too late: its claim has been given back")
    return "its Job was created late by a controller that stood still"
  }

  /// A repository is gone for good.
  func repositoryGone(_ repository: SatisRepository) {
    for process in world.volumes.processes where process.excuse == nil {
      if claims[process.order.job]?.repositoryUID == repository.metadata.uid {
        world.violate(
          .oneWriter,
          "\(repository.metadata.name) is let go while pod \(process.pod.name) writes to its output")
      }
    }
    // Its claims end with it: a controller that stood still may yet create a Job of one.
    for (name, claim) in claims where claim.repositoryUID == repository.metadata.uid && claim.givenBack == nil
    {
      claims[name]?.givenBack = world.agenda.now
    }
  }
}

/// What the retention promises to those who repeat deliveries.
enum RetentionRule {
  static let answerSeconds = RepositoryPlanner.answerSeconds
}

extension SatisBuild {
  var repositoryKey: NamespacedName {
    NamespacedName(namespace: key.namespace, name: spec.repositoryRef.name)
  }
}
