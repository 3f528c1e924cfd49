import KubernetesClient
import SatisAPI

@testable import SatisController

/// Those who push, ask for builds, change their minds, and repair things by hand; and what they know to be true.
final class People {
  /// What a person knows of a repository's satis.json at a time: the sources, or nil where it cannot be used.
  private struct Listing {
    var time: VirtualTime
    var sources: Set<Int>?
  }

  unowned let world: World
  let names = ["r0", "r1", "r2"]
  private var listings: [String: [Listing]] = [:]
  private var deleted: Set<String> = []
  private var shortHistories: Set<String> = []
  private var repeatable: Set<String> = []
  /// Uids of builds that people deleted.
  private var removed: Set<String> = []
  /// Their names.
  private(set) var removedNames: Set<String> = []
  private(set) var outputs: [String: SatisRepository.Output] = [:]
  private var deliveries = 0
  private var builds = 0
  private var homepages = 0
  /// Spec changes that a server without CEL lets through.
  private(set) var tampered: Set<String> = []

  init(world: World) {
    self.world = world
  }

  func key(_ name: String) -> NamespacedName { NamespacedName(namespace: World.namespace, name: name) }

  // MARK: - Repositories

  func setUp() {
    let shared = world.dice.happens(0.35)
    outputs = [
      "r0": .init(claimName: "out", path: "a"), "r1": .init(claimName: "out", path: "b"),
      "r2": .init(claimName: "out", path: shared ? world.dice.pick(["a", "a/x", "b/y"]) : "c"),
    ]
    for name in names {
      var delay = world.dice.number(0...900)
      // The last one may come while the others are about to start, and by its time stamp before them.
      if name == "r2", world.dice.happens(0.7) {
        delay = world.dice.happens(0.3) ? world.dice.number(900...6_000) : world.dice.number(6_000...300_000)
      }
      world.plan(delay) { [self] in createRepository(name) }
    }
  }

  func createRepository(_ name: String) {
    guard world.server.repositories[key(name)] == nil, let output = outputs[name] else { return }
    if name == "r2", output.path != "c" { world.tally.count(.overlap) }
    let usesMap = name == "r1"
    var spec = SatisRepository.Spec(
      config: usesMap ? .init(configMapKeyRef: .init(name: "\(name)-config", key: "satis.json")) : .init(),
      output: output)
    var build = SatisRepository.Build(activeDeadlineSeconds: 120)
    build.startDeadlineSeconds = 60
    build.retryLimit = world.retryLimit
    build.backoffSeconds = Int(world.dice.number(1...120))
    build.maxBackoffSeconds = 200
    build.batchLimit = world.dice.pick([1, 3, 50])
    spec.build = build
    spec.history = .init(
      succeededLimit: 3, failedLimit: 3, ttlSeconds: world.dice.happens(0.2) ? 900 : nil, releases: 3)
    if spec.history?.ttlSeconds != nil { shortHistories.insert(name) }
    let text = someConfiguration()
    if usesMap {
      world.server.setConfiguration(key("\(name)-config"), text)
    } else {
      spec.config.inline = text
    }
    _ = try? world.server.create(
      SatisRepository(metadata: .init(name: name, namespace: World.namespace), spec: spec),
      in: world.server.repositories)
    world.say("people", "create repository \(name) with output \(output.claimName)/\(output.path ?? "")")
    note(name)
  }

  func deleteRepository(_ name: String) {
    guard world.server.repositories[key(name)] != nil else { return }
    deleted.insert(name)
    world.tally.count(.deleteRepository)
    world.say("people", "delete repository \(name)")
    _ = try? world.server.delete(key(name), in: world.server.repositories)
    note(name)
    retry(world.dice.number(1_000...60_000)) { [self] in
      guard world.server.repositories[key(name)] == nil else { return false }
      world.tally.count(.recreateRepository)
      createRepository(name)
      return true
    }
  }

  private func retry(_ milliseconds: Int64, _ step: @escaping () -> Bool) {
    world.plan(milliseconds) { [self] in if !step() { retry(5_000, step) } }
  }

  func setState(_ name: String, _ state: SatisRepository.State) {
    guard world.server.repositories[key(name)]?.metadata.deletionTimestamp == nil else { return }
    world.tally.count(state == .suspended ? .suspend : .resume)
    world.say("people", "set \(name) \(state)")
    _ = try? world.server.change(key(name), in: world.server.repositories, isSpec: true) {
      $0.spec.state = state
    }
  }

  // MARK: - satis.json

  private func someConfiguration() -> String {
    homepages += 1
    let sources = world.git.sources.indices.filter { _ in world.dice.happens(0.8) }
    return SourceNames.text(
      sources.isEmpty ? [0] : sources, homepage: homepages, includes: !world.dice.happens(0.1))
  }

  func changeConfiguration(_ name: String) {
    world.tally.count(.changeConfiguration)
    set(name, someConfiguration())
  }

  func breakConfiguration(_ name: String) {
    let isMissing = name == "r1" && world.dice.happens(0.5)
    world.tally.count(isMissing ? .missingConfiguration : .brokenConfiguration)
    set(name, isMissing ? nil : "{\"name\": \"acme/packages\"")
    world.plan(world.dice.number(5_000...120_000)) { [self] in mend(name) }
  }

  /// Puts a satis.json in place that can be used, unless there is one.
  func mend(_ name: String) {
    guard let repository = world.server.repositories[key(name)], configuration(of: repository) == nil else {
      return
    }
    set(name, someConfiguration())
  }

  private func set(_ name: String, _ text: String?) {
    world.say("people", "change the satis.json of \(name) to \(text ?? "nothing")")
    if name == "r1" {
      world.server.setConfiguration(key("\(name)-config"), text)
    } else {
      _ = try? world.server.change(key(name), in: world.server.repositories, isSpec: true) {
        $0.spec.config.inline = text
      }
    }
    note(name)
  }

  /// The satis.json of a repository as it is now; nil where it cannot be used.
  func configuration(of repository: SatisRepository) -> SatisConfiguration? {
    let text =
      repository.spec.config.inline
      ?? repository.spec.config.configMapKeyRef.flatMap { world.server.configurations[key($0.name)] }
    return text.flatMap { try? world.configuration(text: $0).get() }
  }

  /// Remembers what is true of a repository from now on.
  func note(_ name: String) {
    let sources = world.server.repositories[key(name)].flatMap { configuration(of: $0) }?
      .repositories.compactMap { $0.url.flatMap(SourceNames.number) }
    listings[name, default: []].append(
      Listing(time: world.agenda.now, sources: sources.map(Set.init)))
  }

  /// Whether there was a time since then when the build could not be built.
  func mayBeInvalid(_ build: SatisBuild, since time: VirtualTime) -> Bool {
    if tampered.contains(build.metadata.name) { return true }
    let history = listings[build.spec.repositoryRef.name] ?? []
    let valid = history.last { $0.time <= time }
    let seen = history.filter { $0.time > time } + (valid.map { [$0] } ?? [])
    guard valid != nil else { return true }
    guard let source = build.spec.source else { return seen.contains { $0.sources == nil } }
    let number = world.git.sources.indices.first {
      source.url == SourceNames.url($0) || source.url == SourceNames.webhookURL($0)
        || source.package != nil && source.package == SourceNames.package($0)
    }
    return seen.contains { listing in
      guard let number, let sources = listing.sources else { return true }
      return !sources.contains(number)
    }
  }

  /// Whether somebody deleted the repository at some time.
  func deletes(_ name: String) -> Bool { deleted.contains(name) }

  /// Whether builds that answer for no delivery may go soon after their end, because somebody said so.
  func hasShortHistory(_ name: String) -> Bool { shortHistories.contains(name) }

  /// Whether a delivery may have made several builds, because somebody deleted the first.
  func mayRepeat(_ delivery: String) -> Bool { repeatable.contains(delivery) }

  // MARK: - Pushes

  func push(_ name: String, prune: Bool) {
    guard let source = world.dice.pick(Array(world.git.sources.indices)) else { return }
    if prune {
      world.git.sources[source].deletions += 1
    } else {
      world.git.sources[source].commits += 1
    }
    world.say(
      "git host",
      "s\(source) is at commit \(self.world.git.sources[source].commits), \(self.world.git.sources[source].deletions) deleted"
    )
    deliveries += 1
    world.tally.count(prune ? .prunePush : .push)
    deliver("d\(deliveries)", to: name, source, prune: prune)
  }

  /// The webhook service makes a build under a name that the same delivery gets again.
  private func deliver(_ delivery: String, to name: String, _ source: Int, prune: Bool, isFirst: Bool = true)
  {
    if isFirst, world.dice.happens(0.4) {
      for _ in 0..<world.dice.number(1...2) {
        world.plan(world.dice.number(500...2_500_000)) { [self] in
          world.tally.count(.redelivery)
          deliver(delivery, to: name, source, prune: prune, isFirst: false)
        }
      }
    }
    guard let repository = world.server.repositories[key(name)],
      !world.strikes(.transportError, world.faults.transport)
    else {
      world.tally.count(.lostWebhook)
      return
    }
    let buildName = ResourceNames.build(
      repository: repository.metadata, host: "github", delivery: delivery,
      source: SourceNames.webhookURL(source))
    if world.server.builds[key(buildName)] == nil,
      !(world.ledger.deliveries["\(name) \(delivery)"] ?? []).isEmpty
    {
      let made = world.ledger.deliveries["\(name) \(delivery)"] ?? []
      let isForgiven = deleted.contains(name) || made.contains { removed.contains($0) }
      if isForgiven { repeatable.insert("\(name) \(delivery)") }
    }
    let build = SatisBuild(
      metadata: .init(name: buildName, namespace: World.namespace),
      spec: .init(
        repositoryRef: .init(name: name),
        source: .init(url: SourceNames.webhookURL(source), prune: prune ? true : nil),
        trigger: .init(type: .webhook, provider: "github", deliveryID: delivery)))
    create(build)
  }

  @discardableResult
  private func create(_ build: SatisBuild) -> NamespacedName {
    do throws(KubernetesError) {
      try world.server.create(build, in: world.server.builds)
      world.say(
        "people",
        "create build \(build.metadata.name) of \(build.spec.repositoryRef.name): \(build.spec.operation?.rawValue ?? "Build") "
          + "\(build.spec.source?.url ?? build.spec.source?.package ?? "everything")\(build.spec.source?.prune == true ? ", prune" : "")"
      )
    } catch {
      world.say("people", "build \(build.metadata.name) is there already")
    }
    return build.key
  }

  // MARK: - Builds by hand

  @discardableResult
  func ask(
    _ name: String, operation: SatisBuild.Operation? = nil, source: SatisBuild.Source? = nil
  ) -> NamespacedName {
    builds += 1
    return create(
      SatisBuild(
        metadata: .init(
          name: "\(name)-manual-\(world.dice.number(100...999))-\(builds)", namespace: World.namespace),
        spec: .init(
          repositoryRef: .init(name: name), operation: operation, source: source,
          trigger: .init(type: .manual))))
  }

  func cancelSome() {
    let open = world.server.builds.sorted.filter { !$0.isFinished && !$0.isCancelled }
    guard let build = world.dice.pick(open) else { return }
    world.tally.count(.cancel)
    world.say("people", "cancel \(build.metadata.name)")
    _ = try? world.server.change(build.key, in: world.server.builds, isSpec: true) {
      $0.spec.state = .cancelled
    }
  }

  func deleteSome() {
    guard let build = world.dice.pick(world.server.builds.sorted) else { return }
    world.tally.count(.deleteBuild)
    removed.insert(build.metadata.uid ?? "")
    removedNames.insert(build.metadata.name)
    world.say("people", "delete build \(build.metadata.name)")
    _ = try? world.server.delete(build.key, in: world.server.builds)
  }

  func tamperWithSome() {
    let open = world.server.builds.sorted.filter { !$0.isFinished && $0.status?.specHash != nil }
    guard let build = world.dice.pick(open) else { return }
    world.tally.count(.tamper)
    tampered.insert(build.metadata.name)
    world.say("people", "change the spec of \(build.metadata.name)")
    _ = try? world.server.change(build.key, in: world.server.builds, isSpec: true) {
      $0.spec.trigger?.actor = "somebody else"
    }
  }
}
