import KubernetesClient
import SatisAPI

/// What a decision asks the driver to do.
enum Decision: Sendable {
  /// Read these from the server and decide again.
  case look(Set<Look>)
  /// Do these in order; stop at the first that fails and decide anew.
  case act([Action], again: Duration?)
}

/// One write to the API server.
enum Action: Sendable {
  /// Keep the repository until its pods are gone, or let it go.
  case setFinalizer(SatisRepository, Bool)
  /// Make sure the snapshot is there.
  case ensureSnapshot(Snapshot)
  /// Write the repository's status, decided on this version of it.
  case updateRepository(SatisRepository, status: SatisRepository.Status)
  /// Create the Job of a claim.
  case createJob(JobManifest)
  /// Create a build under a name that makes repetition harmless.
  case createBuild(SatisBuild)
  /// Write a build's status, decided on this version of it.
  case updateBuild(SatisBuild, status: SatisBuild.Status)
  /// See to it that these receivers are told of a build's end, and that the build says so then.
  case notify(SatisBuild, BuildNotification, [NotificationTarget])
  /// Tell the runner in a pod to end in an orderly way, which leaves its report.
  case stopPod(NamespacedName, since: Timestamp)
  /// Let the node end a pod whose runner did not listen.
  case endPod(NamespacedName)
  /// Delete a Job with its pods.
  case deleteJob(NamespacedName, uid: String)
  /// Delete a build that ended long enough ago.
  case deleteBuild(NamespacedName, uid: String)
  /// Delete a snapshot that nothing is built from any more.
  case deleteSnapshot(NamespacedName)
}
