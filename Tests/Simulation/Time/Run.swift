import KubernetesClient
import SatisAPI

/// A run from its seed to its verdict: a busy time with faults, a quiet time without, and a look at what is left.
struct Run {
  let world: World

  init(seed: UInt64, trace: Trace.Purpose = .none, mutant: Mutant? = nil) {
    world = World(seed: seed, trace: trace, mutant: mutant)
  }

  /// Runs to the end, or to the first violation.
  func callAsFunction() {
    live()
    world.end()
  }

  private func live() {
    world.people.setUp()
    world.leaders.startOne()
    let busy = world.dice.number(300_000...1_000_000)
    planPeople(until: busy)
    for _ in 0..<(world.faults.disturbances * busy / 3_600_000) {
      world.plan(world.dice.number(2_000...busy)) { Disturbances(world: world).one() }
    }
    world.run(until: VirtualTime(milliseconds: busy))
    guard world.violations.isEmpty else { return }
    let lastBuilds = calmDown()
    let end = world.agenda.now.advanced(by: .seconds(6_000))
    world.run(until: end)
    guard world.violations.isEmpty else { return }
    let writes = world.writes
    world.run(until: end.advanced(by: .seconds(600)))
    if world.writes != writes {
      world.violate(.fairness, "\(world.writes - writes) writes long after all is done")
    }
    Convergence(world: world, lastBuilds: lastBuilds.keys).check()
  }

  private func planPeople(until end: Int64) {
    for _ in 0..<world.dice.number(6...26) {
      world.plan(world.dice.number(1_000...end)) { act() }
    }
    // Bursts, as when somebody merges a release branch everywhere.
    for _ in 0..<world.dice.number(0...2) {
      world.plan(world.dice.number(1_000...end)) {
        for _ in 0..<world.dice.number(3...8) {
          world.plan(world.dice.number(0...4_000)) { push() }
        }
      }
    }
  }

  private func push() {
    guard let name = world.dice.pick(world.people.names) else { return }
    world.people.push(name, prune: world.dice.happens(0.3))
  }

  private func act() {
    let people = world.people
    guard let name = world.dice.pick(people.names) else { return }
    switch world.dice.number(0...29) {
    case 0...10: push()
    case 11, 12:
      world.tally.count(.sourceBuild)
      let source = Int(world.dice.number(0...4))
      let package = SourceNames.package(source)
      people.ask(
        name,
        source: package == nil || world.dice.happens(0.5)
          ? .init(url: SourceNames.url(source)) : .init(package: package))
    case 13, 14:
      world.tally.count(.fullBuild)
      people.ask(name)
    case 15:
      world.tally.count(.purge)
      people.ask(name, operation: .purge)
    case 16:
      world.tally.count(.rollback)
      people.ask(name, operation: .rollback)
    case 17:
      world.tally.count(.unknownSource)
      people.ask(name, source: .init(url: "https://git.example.org/acme/unknown.git"))
    case 18:
      world.tally.count(.orphanBuild)
      people.ask("nobody")
    case 19, 20: people.cancelSome()
    case 21: people.deleteSome()
    case 22: people.tamperWithSome()
    case 23, 24:
      people.setState(name, .suspended)
      world.plan(world.dice.number(5_000...120_000)) { people.setState(name, .active) }
    case 25, 26: people.changeConfiguration(name)
    case 27: people.breakConfiguration(name)
    default: people.deleteRepository(name)
    }
  }

  /// Ends the faults; a while later somebody asks for builds, which must succeed.
  private func calmDown() -> LastBuilds {
    world.say("world", "calms down")
    world.faults = .quiet
    world.isQuotaUsedUp = false
    world.server.missingClaims = []
    for index in world.git.sources.indices {
      world.git.sources[index].isDown = false
      world.git.sources[index].isDenied = false
    }
    for node in world.kubelet.nodes {
      if world.dice.happens(0.3) { world.kubelet.abandon(node) }
      world.kubelet.recover(node)
    }
    world.leaders.settle()
    for name in world.people.names { world.people.mend(name) }
    let last = LastBuilds()
    world.plan(900_000) {
      // Where nobody asks, what is left has to end by itself.
      for name in world.people.names where world.dice.happens(0.7) {
        guard let repository = world.server.repositories[world.people.key(name)] else { continue }
        let listed = world.people.configuration(of: repository)?.repositories.compactMap(\.url) ?? []
        if let url = world.dice.pick(listed) {
          last.keys.append(world.people.ask(name, source: .init(url: url, prune: true)))
        }
        if world.dice.happens(0.5) { last.keys.append(world.people.ask(name)) }
      }
    }
    return last
  }
}

/// Builds that are asked for after the faults.
final class LastBuilds {
  var keys: [NamespacedName] = []
}
