import KubernetesClient

@testable import SatisController

/// Invariant 1, counted without the lock: what the API server promises must be enough wherever it can promise.
enum OneWriter {
  /// A process begins while others may write to the same directory, or inside it, or around it.
  static func check(_ process: RunnerProcess, in world: World) {
    for other in world.volumes.processes where other.directory.overlaps(process.directory) {
      let excuse = process.excuse ?? other.excuse
      world.say("check", "\(process.order.job) and \(other.order.job) at once (\(excuse ?? "no excuse"))")
      if excuse == nil {
        world.violate(
          .oneWriter,
          "\(process.order.job) in pod \(process.pod.name) starts while \(other.order.job) in pod \(other.pod.name) "
            + "still writes to the output")
      } else if world.ignoresLocks || other.directory !== process.directory {
        world.tally.count(.unprotected)
      } else {
        world.tally.count(.lockProtected)
      }
    }
  }
}
