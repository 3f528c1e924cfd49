import KubernetesClient
import SatisAPI

/// What the driver of a reconciliation reads from and writes to a cluster.
///
/// The door through which faults are injected: a simulated cluster stands behind it as well as a real one. Each call is
/// one step that can fail on its own; a write may have happened although it failed.
protocol ClusterAccess: Sendable {
  /// The repository on the server; nil when there is none.
  func repository(_ key: NamespacedName) async throws(KubernetesError) -> SatisRepository?
  /// A build on the server; nil when there is none.
  func build(_ key: NamespacedName) async throws(KubernetesError) -> SatisBuild?
  /// satis.json, or why there is none.
  func configuration(
    of repository: SatisRepository
  ) async throws(KubernetesError) -> Result<SatisConfiguration, ConfigurationProblem>
  /// A volume claim on the server; nil when there is none.
  func volumeClaim(_ key: NamespacedName) async throws(KubernetesError) -> PersistentVolumeClaim?
  /// The Jobs and pods that may write to the repository's output, or to one that overlaps with it.
  ///
  /// Those that have ended are wanted only where the repository has a claim or is being deleted; otherwise they may be left
  /// out.
  func output(
    of repository: SatisRepository, neighbours: [SatisRepository]
  ) async throws(KubernetesError) -> Situation.OutputView
  /// Names of the repository's snapshots.
  func snapshots(of repository: SatisRepository) async throws(KubernetesError) -> [String]

  /// What a key of a Secret holds; nil when there is no such Secret or key.
  func secret(_ reference: KeyReference, in namespace: String) async throws(KubernetesError) -> [UInt8]?

  /// Adds or removes the finalizer; the object as it is then, nil when it is gone.
  func setFinalizer(
    _ repository: SatisRepository, _ isWanted: Bool
  ) async throws(KubernetesError) -> SatisRepository?
  /// Creates the snapshot unless it is there.
  func ensure(_ snapshot: Snapshot) async throws(KubernetesError)
  /// Writes a status, decided on this version of the object.
  func update(
    _ repository: SatisRepository, _ status: SatisRepository.Status
  ) async throws(KubernetesError) -> SatisRepository?
  /// Writes a status, decided on this version of the object; nil when the build is gone.
  func update(_ build: SatisBuild, _ status: SatisBuild.Status) async throws(KubernetesError) -> SatisBuild?
  /// Creates a Job; one that exists is an error.
  func create(_ job: JobManifest) async throws(KubernetesError)
  /// Creates a build unless it is there.
  func create(_ build: SatisBuild) async throws(KubernetesError)
  /// Labels the pod, by which its runner ends in an orderly way and leaves its report, unless it is gone.
  func stopPod(_ key: NamespacedName, since: Timestamp) async throws(KubernetesError)
  /// Lowers the pod's deadline, so that its node ends it, unless it is gone.
  func endPod(_ key: NamespacedName) async throws(KubernetesError)
  /// Deletes a Job with its pods unless it is gone.
  func deleteJob(_ key: NamespacedName, uid: String) async throws(KubernetesError)
  /// Deletes a build unless it is gone.
  func deleteBuild(_ key: NamespacedName, uid: String) async throws(KubernetesError)
  /// Deletes a snapshot unless it is gone.
  func deleteSnapshot(_ key: NamespacedName) async throws(KubernetesError)
}
