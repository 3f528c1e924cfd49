import KubernetesClient
import SatisAPI

@testable import SatisController

/// What breaks from outside: processes, nodes, clocks, and people with kubectl.
struct Disturbances {
  let world: World

  func one() {
    switch world.dice.number(0...15) {
    case 0, 1:
      guard let controller = world.dice.pick(world.leaders.running) else { return }
      world.tally.count(.crash)
      controller.crash()
    case 2, 3: world.leaders.failOver(stalls: world.dice.happens(0.7))
    case 4:
      guard let controller = world.dice.pick(world.leaders.running) else { return }
      world.tally.count(.clockJump)
      controller.skew = world.dice.number(-15...15)
    case 5, 6: if let node = world.dice.pick(world.kubelet.nodes) { world.kubelet.lose(node) }
    case 7: deletePod()
    case 8, 9: deleteJob()
    case 10: foreignJob()
    case 11: lateJob()
    case 12: deleteClaim()
    case 13, 14: for _ in 0..<world.dice.number(1...3) { hostTrouble() }
    default:
      world.isQuotaUsedUp = true
      world.plan(world.dice.number(1_000...90_000)) { world.isQuotaUsedUp = false }
    }
  }

  private func deletePod() {
    guard let pod = world.dice.pick(world.server.pods.sorted.filter { !$0.isFinished }) else { return }
    world.tally.count(.podDeleted)
    world.say("people", "delete pod \(pod.metadata.name)")
    if pod.spec?.nodeName == nil {
      world.kubelet.remove(pod)
    } else if world.dice.happens(0.2) {
      world.kubelet.force(pod)
    } else {
      world.server.beginDeletion(of: pod.key, graceSeconds: 30)
    }
  }

  /// Pods that have it mounted keep it; others wait until somebody creates it again.
  private func deleteClaim() {
    world.tally.count(.missingClaim)
    world.say("people", "delete the volume claim out")
    world.server.missingClaims.insert("out")
    world.plan(world.dice.number(5_000...200_000)) {
      world.say("people", "create the volume claim out")
      world.server.missingClaims = []
    }
  }

  private func deleteJob() {
    guard let job = world.dice.pick(world.server.jobs.sorted) else { return }
    world.tally.count(.jobDeleted)
    world.say("people", "delete Job \(job.metadata.name)")
    _ = try? world.server.delete(job.key, in: world.server.jobs)
  }

  /// Somebody else's Job has the name that the next claim's will have.
  private func foreignJob() {
    guard let repository = world.dice.pick(world.server.repositories.sorted) else { return }
    let name = ResourceNames.job(
      repository: repository.metadata, sequence: (repository.status?.jobSequence ?? 0) + 1)
    let made = try? world.server.create(
      Job(metadata: .init(name: name, namespace: World.namespace)), in: world.server.jobs)
    guard made != nil else { return }
    world.tally.count(.foreignJob)
    world.say("people", "create a Job \(name) of their own")
  }

  /// A controller that stood still since before everything creates a Job that no claim names, and whose pod never starts.
  private func lateJob() {
    guard let repository = world.dice.pick(world.server.repositories.sorted) else { return }
    let name = ResourceNames.job(repository: repository.metadata, sequence: 0)
    let metadata = ObjectMetadata(
      name: name, namespace: World.namespace,
      labels: [
        ResourceNames.repositoryLabel: ResourceNames.repositoryLabelValue(repository.metadata.name),
        ResourceNames.outputLabel: ResourceNames.outputLabelValue(repository.spec.output),
      ], ownerReferences: [repository.ownerReference])
    guard (try? world.server.create(Job(metadata: metadata), in: world.server.jobs)) != nil else { return }
    world.tally.count(.lateJob)
    world.say("stranger", "creates Job \(name) late")
  }

  private func hostTrouble() {
    let source = Int(world.dice.number(0...Int64(world.git.sources.count - 1)))
    if world.dice.happens(0.25) {
      world.tally.count(.sourceDenied)
      world.git.sources[source].isDenied = true
      world.plan(world.dice.number(10_000...200_000)) { world.git.sources[source].isDenied = false }
    } else {
      world.tally.count(.hostDown)
      world.git.sources[source].isDown = true
      world.plan(world.dice.number(10_000...200_000)) { world.git.sources[source].isDown = false }
    }
    world.say("git host", "s\(source) is in trouble")
  }
}
