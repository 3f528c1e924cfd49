import KubernetesClient

/// The controllers that run: one as a rule, two while an old leader has not noticed yet, none for a while after a crash.
final class Leaders {
  private unowned let world: World
  private(set) var running: [Controller] = []
  /// Those that ever ran: what they had begun may still come back to them.
  private var all: [Controller] = []
  private var isSettled = false
  private var hasEnded = false

  init(world: World) {
    self.world = world
  }

  func startOne() {
    guard !hasEnded else { return }
    var skew: Int64 = 0
    if world.faults.disturbances > 0, world.strikes(.skewedController, 0.4) {
      skew = world.dice.number(-15...15)
    }
    // An update, or somebody who goes back.
    let isEarlier = world.strikes(.otherVersion, world.faults.otherVersion)
    let controller = Controller(
      "controller-\(all.count + 1)", world: world, skew: skew, isEarlierVersion: isEarlier)
    running.append(controller)
    all.append(controller)
    world.say(
      controller.name, "starts, its clock wrong by \(skew) s\(isEarlier ? ", an earlier version" : "")")
    controller.start()
  }

  /// A controller has died; another one takes over unless one has already.
  func died(_ controller: Controller) {
    running.removeAll { $0 === controller }
    guard running.isEmpty else { return }
    world.plan(world.dice.number(200...15_000)) { [self] in if running.isEmpty { startOne() } }
  }

  /// The leader stands still and loses the lease; when it moves again it goes on for a while.
  func failOver(stalls: Bool) {
    guard running.count == 1, let old = running.first else { return }
    world.tally.count(.secondLeader)
    var delay: Int64 = 0
    if stalls {
      world.tally.count(.stall)
      delay =
        world.dice.happens(0.2) ? world.dice.number(60_000...300_000) : world.dice.number(2_000...60_000)
      old.stall(for: delay)
    }
    world.plan(world.dice.number(0...20_000)) { [self] in if running.count < 2, !isSettled { startOne() } }
    world.plan(delay + world.dice.number(5_000...60_000)) { old.crash() }
  }

  /// Whether one process of this version has done it all, which forgets nothing.
  var hasOneForAll: Bool { all.count == 1 && running.first?.isEarlierVersion == false }

  /// One leader, with a clock that is right.
  func settle() {
    isSettled = true
    for controller in running.dropLast() { controller.crash() }
    running.last?.skew = 0
  }

  /// The run is over: nobody takes over any more.
  func end() {
    hasEnded = true
    for controller in running { controller.crash() }
  }

  func wake<Object>(_ feed: KeyPath<Controller, Feed<Object>>) {
    for controller in running { controller[keyPath: feed].wake() }
  }

  func configurationChanged(_ map: NamespacedName) {
    for controller in running {
      world.plan(world.dice.number(1...3_000)) { controller.configurationChanged(map) }
    }
  }
}
