import KubernetesClient
import Logging
import SatisAPI

@testable import ControllerRuntime
@testable import SatisController

/// One controller process: the real caches, work queue and driver, with a clock of its own, and mortal.
final class Controller: @unchecked Sendable {
  // Unchecked: it lives on the thread of its run.
  let name: String
  private(set) var isAlive = true
  /// Seconds by which its clock is wrong.
  var skew: Int64
  /// Whether it is a version to which some fields of the statuses mean nothing.
  let isEarlierVersion: Bool
  /// The process stands still until then.
  private var awake = VirtualTime(milliseconds: 0)
  private unowned let world: World
  private let caches = Caches()
  private var queue = WorkQueueState<NamespacedName, VirtualTime>(maximumConcurrency: 4, isPaused: true)
  private var nextLook: VirtualTime?
  private var started: [NamespacedName: VirtualTime] = [:]
  private var looksInARow: [NamespacedName: Int] = [:]
  private lazy var reconciler = makeReconciler()
  private(set) lazy var repositories = Feed(self, world, world.server.repositories, caches.repositories)
  private(set) lazy var builds = Feed(self, world, world.server.builds, caches.builds)
  private(set) lazy var jobs = Feed(self, world, world.server.jobs, caches.jobs)
  private(set) lazy var pods = Feed(self, world, world.server.pods, caches.pods)

  init(_ name: String, world: World, skew: Int64, isEarlierVersion: Bool) {
    self.name = name
    self.world = world
    self.skew = skew
    self.isEarlierVersion = isEarlierVersion
  }

  func start() {
    repositories.start()
    builds.start()
    jobs.start()
    pods.start()
  }

  private func makeReconciler() -> RepositoryReconciler<SimulatedAccess> {
    RepositoryReconciler(
      access: SimulatedAccess(controller: self, world: world), caches: caches,
      maximumJobs: world.maximumJobs,
      logger: Logger(label: name, factory: { _ in SwiftLogNoOpLogHandler() }),
      now: { [unowned self] in world.agenda.now.timestamp(skew: skew) },
      decide: { [unowned self] in decide($0) },
      measure: { [unowned self] in world.ledger.counted($0, $1, by: self) },
      wake: { [unowned self] in add($0) })
  }

  // MARK: - Life

  func crash() {
    guard isAlive else { return }
    isAlive = false
    world.say(name, "dies")
    world.leaders.died(self)
  }

  /// The whole process stands still.
  func stall(for milliseconds: Int64) {
    awake = world.agenda.now.advanced(by: .milliseconds(milliseconds))
    world.say(name, "stands still until \(self.awake)")
    world.plan(milliseconds) { [self] in pump() }
  }

  /// Does something as soon as the process moves.
  func whenAwake(_ step: @escaping () -> Void) {
    let now = world.agenda.now
    guard now < awake else { return step() }
    world.plan(awake.milliseconds - now.milliseconds) { [self] in whenAwake(step) }
  }

  // MARK: - Work

  func changed(_ keys: Set<NamespacedName>, _ priority: WorkPriority) {
    let isReady =
      caches.repositories.isSynced && caches.builds.isSynced && caches.jobs.isSynced && caches.pods.isSynced
    if isReady, queue.isPaused {
      reconciler.adoptRunningJobs()
      queue.resume()
    }
    add(keys.filter(Caches.isRepository).sorted(), priority)
  }

  func configurationChanged(_ map: NamespacedName) {
    whenAwake { [self] in add(caches.repositories(configuredBy: map).sorted()) }
  }

  private func add(_ keys: [NamespacedName], _ priority: WorkPriority = .live) {
    for key in keys { queue.add(key, priority, now: world.agenda.now) }
    pump()
  }

  private func pump() {
    guard isAlive, world.agenda.now >= awake else { return }
    while true {
      switch queue.take(now: world.agenda.now) {
      case .work(let key): work(on: key)
      case .wait(let until):
        if let until { look(at: until) }
        return
      }
    }
  }

  private func look(at time: VirtualTime) {
    if let nextLook, nextLook <= time, nextLook > world.agenda.now { return }
    nextLook = time
    // Beyond a millisecond's fraction nothing is due yet.
    world.plan(time.milliseconds - world.agenda.now.milliseconds + 1) { [self] in pump() }
  }

  private func work(on key: NamespacedName) {
    started[key] = world.agenda.now
    looksInARow[key] = 0
    Task(executorPreference: world.executor) { [self] in
      let outcome = await reconciler.reconcile(key)
      queue.done(key, outcome, now: world.agenda.now)
      pump()
    }
  }

  /// When the work on a repository began.
  func beginning(of key: NamespacedName) -> VirtualTime { started[key] ?? world.agenda.now }

  private func decide(_ situation: Situation) -> Decision {
    var situation = situation
    // Caches have no order, and nothing may depend on the one they happen to give.
    situation.builds.sort { $0.key < $1.key }
    situation.cachedJobs.sort { $0.key < $1.key }
    situation.cachedPods.sort { $0.key < $1.key }
    situation.neighbours.sort { $0.key < $1.key }
    situation.builds.shuffle(using: &world.dice)
    situation.cachedJobs.shuffle(using: &world.dice)
    situation.cachedPods.shuffle(using: &world.dice)
    if isEarlierVersion { EarlierVersion.forget(in: &situation) }
    world.mutant?.before(&situation)
    var decision = RepositoryPlanner.decide(situation)
    world.mutant?.after(&decision, situation)
    if isEarlierVersion { EarlierVersion.forget(in: &decision) }
    note(decision, of: situation)
    return decision
  }

  private func note(_ decision: Decision, of situation: Situation) {
    switch decision {
    case .look(let looks):
      world.say(
        name, "on \(situation.key.name) looks at \(looks.map { "\($0)" }.sorted().joined(separator: ", "))")
      looksInARow[situation.key, default: 0] += 1
      if looksInARow[situation.key, default: 0] > 20 {
        world.violate(.fairness, "the decision on \(situation.key) asks for looks without end: \(decision)")
        crash()
      }
    case .act(let actions, let again):
      for action in actions { world.tally.count(action.word) }
      world.say(
        name,
        "decides on \(situation.key.name): \(actions.map(\.word)), again \(again.map { "\($0)" } ?? "on events")"
      )
    }
  }
}

extension Action {
  /// The kind of write.
  var word: String {
    switch self {
    case .setFinalizer(_, true): "set finalizer"
    case .setFinalizer: "remove finalizer"
    case .ensureSnapshot: "make snapshot"
    case .updateRepository: "write repository status"
    case .createJob: "create Job"
    case .createBuild: "create build"
    case .updateBuild: "write build status"
    case .notify: "tell receivers"
    case .stopPod: "stop pod"
    case .endPod: "end pod"
    case .deleteJob: "delete Job"
    case .deleteBuild: "delete build"
    case .deleteSnapshot: "delete snapshot"
    }
  }
}
