import KubernetesClient
import SatisAPI

@testable import SatisController

/// A cluster in which there is nothing, and which takes all that is written.
protocol EmptyCluster: ClusterAccess {}

extension EmptyCluster {
  func repository(_ key: NamespacedName) async throws(KubernetesError) -> SatisRepository? { nil }
  func build(_ key: NamespacedName) async throws(KubernetesError) -> SatisBuild? { nil }
  func configuration(
    of repository: SatisRepository
  ) async throws(KubernetesError) -> Result<SatisConfiguration, ConfigurationProblem> {
    .failure(ConfigurationProblem(isMissing: true, message: "there is none"))
  }
  func volumeClaim(_ key: NamespacedName) async throws(KubernetesError) -> PersistentVolumeClaim? { nil }
  func output(
    of repository: SatisRepository, neighbours: [SatisRepository]
  ) async throws(KubernetesError) -> Situation.OutputView {
    Situation.OutputView(jobs: [], pods: [])
  }
  func snapshots(of repository: SatisRepository) async throws(KubernetesError) -> [String] { [] }
  func setFinalizer(
    _ repository: SatisRepository, _ isWanted: Bool
  ) async throws(KubernetesError) -> SatisRepository? { nil }
  func ensure(_ snapshot: Snapshot) async throws(KubernetesError) {}
  func update(
    _ repository: SatisRepository, _ status: SatisRepository.Status
  ) async throws(KubernetesError) -> SatisRepository? { nil }
  func update(
    _ build: SatisBuild, _ status: SatisBuild.Status
  ) async throws(KubernetesError) -> SatisBuild? { nil }
  func create(_ job: JobManifest) async throws(KubernetesError) {}
  func create(_ build: SatisBuild) async throws(KubernetesError) {}
  func stopPod(_ key: NamespacedName, since: Timestamp) async throws(KubernetesError) {}
  func endPod(_ key: NamespacedName) async throws(KubernetesError) {}
  func deleteJob(_ key: NamespacedName, uid: String) async throws(KubernetesError) {}
  func deleteSnapshot(_ key: NamespacedName) async throws(KubernetesError) {}
  func secret(_ reference: KeyReference, in namespace: String) async throws(KubernetesError) -> [UInt8]? {
    nil
  }
  func deleteBuild(_ key: NamespacedName, uid: String) async throws(KubernetesError) {}
}
