import KubernetesClient
import SatisAPI

/// Deletes what lost its owner, at its leisure.
final class GarbageCollector {
  private unowned let world: World
  /// Of the server, when it was last looked at: in a cluster where nothing happens there is nothing new to collect.
  private var version: UInt64 = 0

  init(world: World) {
    self.world = world
  }

  func start() {
    let isLate = world.strikes(.lateCollection, world.faults.lateCollection)
    world.plan(isLate ? world.dice.number(20_000...60_000) : world.dice.number(1_000...4_000)) { [self] in
      collect()
      start()
    }
  }

  private func collect() {
    let server = world.server
    guard server.version != version else { return }
    version = server.version
    let repositories = Set(server.repositories.objects.values.compactMap(\.metadata.uid))
    for job in server.jobs.sorted where isOrphan(job.metadata, of: repositories) {
      world.say("collector", "Job \(job.metadata.name)")
      _ = try? server.delete(job.key, in: server.jobs)
    }
    let jobs = Set(server.jobs.objects.values.compactMap(\.metadata.uid))
    for pod in server.pods.sorted where isOrphan(pod.metadata, of: jobs) {
      guard pod.metadata.deletionTimestamp == nil else { continue }
      world.say("collector", "pod \(pod.metadata.name)")
      if pod.spec?.nodeName == nil {
        world.kubelet.remove(pod)
      } else {
        server.beginDeletion(of: pod.key, graceSeconds: 30)
      }
    }
    server.snapshots = server.snapshots.filter { repositories.contains($0.value) }
  }

  private func isOrphan(_ metadata: ObjectMetadata, of owners: Set<String>) -> Bool {
    guard let references = metadata.ownerReferences, !references.isEmpty else { return false }
    return !references.contains { owners.contains($0.uid) }
  }
}
