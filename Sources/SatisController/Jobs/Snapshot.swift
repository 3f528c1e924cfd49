import Crypto
import KubernetesClient
import SatisAPI

/// The files that a build reads and that nobody can change any more: satis.json, the runner, and a user
/// database.
///
/// Kept in an immutable ConfigMap, or in a Secret where satis.json came from one. The name holds a hash of the
/// content, so that creating it again is harmless.
struct Snapshot: Sendable {
  /// The key of satis.json.
  static let configurationFile = "satis.json"
  /// The key of the user database: ssh refuses to run for a uid that has no entry.
  static let userDatabaseFile = "passwd"

  let key: NamespacedName
  let owner: OwnerReference
  let files: [String: String]
  let isSecret: Bool

  init(repository: SatisRepository, configuration: SatisConfiguration) {
    key = NamespacedName(
      namespace: repository.metadata.namespace ?? "",
      name: Self.name(repository: repository, configHash: configuration.hash))
    owner = repository.ownerReference
    isSecret = repository.spec.config.isSecret
    files = RunnerProgram.files.merging([
      Self.configurationFile: configuration.text,
      Self.userDatabaseFile: "satis:x:\(JobManifest.userID):\(JobManifest.userID):Satis:/tmp:/sbin/nologin\n",
    ]) { _, own in own }
  }

  /// The name that a claim's snapshot has, which its Job mounts.
  static func name(
    repository: SatisRepository, configHash: String, runnerHash: String = RunnerProgram.hash
  ) -> String {
    ResourceNames.snapshot(
      repository: repository.metadata,
      contentHash:
        "\(repository.spec.config.isSecret ? "secret" : "configmap") \(configHash) \(runnerHash)")
  }

  private var metadata: ObjectMetadata {
    ObjectMetadata(
      name: key.name, namespace: key.namespace,
      labels: [
        ResourceNames.managedByLabel: ResourceNames.manager,
        ResourceNames.componentLabel: ResourceNames.snapshotComponent,
        ResourceNames.repositoryLabel: ResourceNames.repositoryLabelValue(owner.name),
      ],
      ownerReferences: [owner])
  }

  /// As a ConfigMap, to be created.
  var configMap: ConfigMap {
    ConfigMap(metadata: metadata, data: files, immutable: true)
  }

  /// As a Secret, to be created.
  var secret: Secret {
    Secret(metadata: metadata, data: files.mapValues { Base64Data(Array($0.utf8)) }, immutable: true)
  }
}

extension SatisRepository.ConfigSource {
  /// Whether satis.json must be kept as a secret.
  var isSecret: Bool { secretKeyRef != nil }
}

extension SatisRepository {
  /// The reference by which objects of this repository go when it goes.
  var ownerReference: OwnerReference {
    OwnerReference(
      apiVersion: Self.resourceType.apiVersion, kind: Self.resourceType.kind, name: metadata.name,
      uid: metadata.uid ?? "")
  }
}
