import KubernetesClient
import SatisAPI

@testable import SatisController

/// The runner in a pod, as far as others notice it: it takes the lock, reads the sources one after the other, and
/// publishes only if nobody else has published meanwhile.
final class RunnerProcess {
  let order: WorkOrder
  let claim: SatisRepository.ActiveJob
  let pod: NamespacedName
  let podUID: String
  let directory: OutputDirectory
  /// The sources that it lists.
  let listed: [Int]
  let allowsPartialBuilds: Bool
  /// Why the API server's promises do not cover this process; nil where they do.
  var excuse: String?
  private(set) var isAlive = true
  private unowned let world: World
  private let ended: (RunnerProcess, Report?) -> Void
  private var base: String?
  private var contents: [Int: Release.Content] = [:]
  /// The sources that are built by the names of their packages, of which no old version stays.
  private var byPackage: Set<Int> = []
  private var failed: [(source: Int, reason: String)] = []
  private var isWhole = false
  private var attempted = 0
  private var hangsUntil = VirtualTime(milliseconds: 0)
  private var isStopping = false
  private var hasTimedOut = false

  /// What it leaves as termination message.
  struct Report {
    var succeeded: Bool
    var text: String
  }

  init(
    world: World, order: WorkOrder, claim: SatisRepository.ActiveJob, pod: Pod, directory: OutputDirectory,
    configuration: SatisConfiguration?, excuse: String?, ended: @escaping (RunnerProcess, Report?) -> Void
  ) {
    self.world = world
    self.order = order
    self.claim = claim
    self.pod = pod.key
    podUID = pod.metadata.uid ?? ""
    self.directory = directory
    listed = configuration?.repositories.compactMap { $0.url.flatMap(SourceNames.number) } ?? []
    allowsPartialBuilds = configuration?.allowsPartialBuilds ?? true
    self.excuse = excuse
    self.ended = ended
  }

  func start() {
    world.tally.count(.process)
    OneWriter.check(self, in: world)
    world.volumes.processes.append(self)
    world.say("runner", "starts for \(self.order.job) in pod \(self.pod.name)")
    later(Int64(order.deadlineSeconds) * 1_000) { [self] in
      guard isAlive else { return }
      hasTimedOut = true
      finish("DeadlineExceeded", release: nil)
    }
    takeLock()
  }

  /// Its file system does not answer, as on a node that lost its network.
  func hang(for milliseconds: Int64) {
    hangsUntil = world.agenda.now.advanced(by: .milliseconds(milliseconds))
  }

  /// Does the next step of its work, once it can.
  private func later(_ milliseconds: Int64, _ step: @escaping () -> Void) {
    world.plan(milliseconds) { [self] in
      let now = world.agenda.now
      guard now < hangsUntil else { return step() }
      later(hangsUntil.milliseconds - now.milliseconds, step)
    }
  }

  /// SIGTERM.
  func terminate() {
    guard isAlive, !isStopping else { return }
    isStopping = true
    later(world.dice.duration(800)) { [self] in finish("Terminated", release: nil) }
  }

  /// SIGKILL.
  func kill() {
    guard isAlive else { return }
    end(nil)
  }

  private func takeLock() {
    if directory.holders.isEmpty || world.ignoresLocks {
      directory.holders.append(self)
      begin()
    } else {
      directory.waiting.append(self)
      world.say("runner", "\(self.order.job) waits for the lock")
    }
  }

  /// The lock is free.
  func wake() {
    guard isAlive else { return }
    takeLock()
  }

  private func begin() {
    base = directory.current
    contents = base.flatMap { world.volumes.releases[$0]?.contents } ?? [:]
    switch order.operation {
    case .purge: later(world.dice.duration(3_000)) { [self] in publish() }
    case .rollback: later(world.dice.duration(500)) { [self] in rollBack() }
    case .build:
      let asked = (order.sources ?? []).compactMap { SourceNames.number($0.url) }
      let isFull = order.full == true || base == nil || !allowsPartialBuilds
      isWhole = isFull
      if isFull { contents = contents.filter { listed.contains($0.key) } }
      byPackage = Set(
        (order.sources ?? []).filter { $0.package != nil }.compactMap { SourceNames.number($0.url) })
      let isSlow = world.strikes(.slowSatis, world.faults.slowSatis)
      build(isFull ? listed : asked, prune: isFull ? Set(listed) : byPackage, slowness: isSlow ? 60 : 1)
    }
  }

  private func build(_ sources: [Int], prune: Set<Int>, slowness: Int64) {
    guard isAlive else { return }
    guard let source = sources.first else {
      if isWhole, !failed.isEmpty { keepWhatWentAway() }
      later(world.dice.duration(500)) { [self] in publish() }
      return
    }
    attempted += 1
    // What is pushed from here on is not in it.
    let host = world.git.sources[source]
    if host.isDenied {
      failed.append((source, "SourceDenied"))
    } else if host.isDown {
      failed.append((source, "SatisFailed"))
    } else {
      let known = contents[source]?.deletions ?? host.deletions
      contents[source] = .init(
        commits: host.commits, deletions: prune.contains(source) ? host.deletions : known)
    }
    later(world.dice.duration(2_500) * slowness) { [self] in
      build(Array(sources.dropFirst()), prune: prune, slowness: slowness)
    }
  }

  /// Source by source, which is how the others are built when one fails, Satis only adds, but where it is told the name.
  private func keepWhatWentAway() {
    let before = base.flatMap { world.volumes.releases[$0]?.contents } ?? [:]
    for source in contents.keys where !byPackage.contains(source) {
      if let known = before[source]?.deletions { contents[source]?.deletions = known }
    }
  }

  private func publish() {
    guard isAlive else { return }
    if world.strikes(.publishFails, world.faults.publishFails) {
      return finish("OutputInvalid", release: nil)
    }
    guard directory.current == base else {
      world.tally.count(.releaseMoved)
      return finish("ReleaseMoved", release: nil)
    }
    if !failed.isEmpty, failed.count == attempted {
      return finish(failed.first?.reason ?? "SatisFailed", release: nil)
    }
    // What was built in part is as old as what it was built on.
    let hash = isWhole ? claim.configHash : base.flatMap { world.volumes.releases[$0]?.configHash }
    let release = world.volumes.publish(
      contents, configHash: hash ?? claim.configHash, in: directory, keep: order.keepReleases)
    world.tally.count(.published)
    world.say("runner", "\(self.order.job) publishes \(release.name): \(Self.words(release))")
    // The report comes after the rename; a process that is killed in between has published all the same.
    later(world.dice.duration(300)) { [self] in
      finish(failed.isEmpty ? "Succeeded" : failed[0].reason, release: release.name)
    }
  }

  private func rollBack() {
    guard isAlive else { return }
    guard let base else { return finish("ReleaseUnknown", release: nil) }
    var wanted = order.release
    if wanted == nil, let begun = order.request.flatMap({ directory.rollbacks[$0] }) {
      guard [begun.from, begun.target].contains(base) else { return finish("ReleaseMoved", release: nil) }
      wanted = begun.target
    } else if wanted == nil {
      wanted = directory.kept.prefix { $0 != base }.last
      if let wanted, let request = order.request { directory.rollbacks[request] = (base, wanted) }
    }
    guard let wanted, directory.kept.contains(wanted) else { return finish("ReleaseUnknown", release: nil) }
    guard directory.current == base else { return finish("ReleaseMoved", release: nil) }
    if wanted != base {
      world.ledger.wentBack(self, to: wanted)
      directory.current = wanted
      directory.wasRolledBack = true
    }
    // The report comes after the link has been moved, as in a build.
    later(world.dice.duration(300)) { [self] in finish("Succeeded", release: wanted) }
  }

  private func finish(_ reason: String, release: String?) {
    guard isAlive else { return }
    let succeeded = reason == "Succeeded"
    let positions = (order.sources ?? []).compactMap { SourceNames.number($0.url) }
    let sources = failed.compactMap { failure in
      positions.firstIndex(of: failure.source).map {
        "{\"source\":\($0),\"reason\":\"\(failure.reason)\",\"message\":\"s\(failure.source)\"}"
      }
    }
    // A report holds 4 KB, so a long list of what failed has no end.
    let named = sources.count > 1 && world.strikes(.shortReport, 0.5) ? 1 : sources.count
    let text =
      "{\"version\":1,\"result\":\"\(succeeded ? "Succeeded" : "Failed")\",\"reason\":\"\(reason)\","
      + "\"message\":\"\(reason)\",\"release\":\(release.map { "\"\($0)\"" } ?? "null"),"
      + "\"failedSources\":[\(sources.prefix(named).joined(separator: ","))],"
      + "\"omittedSources\":\(sources.count - named)}"
    end(Report(succeeded: succeeded, text: text))
  }

  private func end(_ report: Report?) {
    isAlive = false
    world.volumes.processes.removeAll { $0 === self }
    directory.holders.removeAll { $0 === self }
    directory.waiting.removeAll { $0 === self }
    world.say("runner", "\(self.order.job) in pod \(self.pod.name) ends: \(report?.text ?? "killed")")
    if directory.holders.isEmpty, let next = world.dice.pick(directory.waiting) {
      directory.waiting.removeAll { $0 === next }
      world.plan(world.dice.number(0...200)) { next.wake() }
    }
    ended(self, report)
  }

  private static func words(_ release: Release) -> String {
    release.contents.sorted { $0.key < $1.key }
      .map { "s\($0.key)@\($0.value.commits)-\($0.value.deletions)" }.joined(separator: " ")
  }
}
