import Crypto
import KubernetesClient
import SatisAPI

/// The files that a build reads and that nobody can change any more: satis.json, the runner, and a user
/// database.
///
/// Kept in an immutable ConfigMap, or in a Secret where satis.json came from one. The name holds a hash of the
/// content, so that creating it again is harmless. A Secret goes with a ConfigMap of the same name, which has nothing in
/// it and owns the Secret: to list Secrets and to delete them the controller has no right, since that is the right to
/// do so with every Secret of the namespace.
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

  private func metadata(ownedBy owner: OwnerReference) -> ObjectMetadata {
    ObjectMetadata(
      name: key.name, namespace: key.namespace,
      labels: [
        ResourceNames.managedByLabel: ResourceNames.manager,
        ResourceNames.componentLabel: ResourceNames.snapshotComponent,
        ResourceNames.repositoryLabel: ResourceNames.repositoryLabelValue(self.owner.name),
      ],
      ownerReferences: [owner])
  }

  /// The ConfigMap by which the snapshot is found and deleted, to be created: the files, or nothing where they are in a
  /// Secret.
  var configMap: ConfigMap {
    ConfigMap(metadata: metadata(ownedBy: owner), data: isSecret ? [:] : files, immutable: true)
  }

  /// The files as a Secret, to be created.
  ///
  /// - Parameter uid: the uid of the ConfigMap with which the Secret goes.
  func secret(ownedBy uid: String) -> Secret {
    let type = ConfigMap.resourceType
    let owner = OwnerReference(apiVersion: type.apiVersion, kind: type.kind, name: key.name, uid: uid)
    return Secret(
      metadata: metadata(ownedBy: owner), data: files.mapValues { Base64Data(Array($0.utf8)) },
      immutable: true)
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
