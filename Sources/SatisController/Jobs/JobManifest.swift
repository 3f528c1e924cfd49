import KubernetesClient
import SatisAPI

/// The Job of a claim.
///
/// It is a function of the repository and the claim alone, so that it can be created again after a crash.
///
/// It passes the pod security profile `restricted`.
struct JobManifest: Sendable {
  /// The container that runs Satis.
  static let containerName = ResourceNames.buildContainer
  /// The user and group of the build.
  ///
  /// The snapshot carries a user database with an entry for it.
  static let userID: Int64 = 1_000
  /// Seconds in which the runner ends in an orderly way when it is told to stop.
  static let terminationGraceSeconds: Int64 = 60

  let repository: SatisRepository
  let claim: SatisRepository.ActiveJob

  var key: NamespacedName {
    NamespacedName(namespace: repository.metadata.namespace ?? "", name: claim.name)
  }

  /// The labels of the Job and of its pod.
  private var labels: [String: String] {
    [
      ResourceNames.managedByLabel: ResourceNames.manager,
      ResourceNames.componentLabel: ResourceNames.buildComponent,
      ResourceNames.repositoryLabel: ResourceNames.repositoryLabelValue(repository.metadata.name),
      ResourceNames.outputLabel: ResourceNames.outputLabelValue(repository.spec.output),
    ]
  }

  /// What the repository asks for beyond; where it says anything that is said here too, this counts.
  private var template: SatisRepository.PodTemplate { repository.spec.podTemplate ?? .init() }

  /// The manifest as the API server takes it.
  ///
  /// - Parameter defaultImage: the image for repositories that name none.
  /// - Throws: when the work order or the pod template cannot be written as JSON.
  func manifest(defaultImage: String) throws -> JSONValue {
    let order = WorkOrder(repository: repository, claim: claim)
    let annotations = [ResourceNames.workOrderAnnotation: try JSONValue(encoding: order).serialized()]
    return [
      "apiVersion": "batch/v1",
      "kind": "Job",
      "metadata": [
        "name": .string(key.name),
        "namespace": .string(key.namespace),
        "labels": JSONValue(labels),
        "ownerReferences": .array([try JSONValue(encoding: repository.ownerReference)]),
      ],
      "spec": [
        // Retries are the controller's: it records each attempt and lets other builds go first.
        "backoffLimit": 0,
        // A pod that is being ended may still write. Servers before 1.29 do not know this and leave it out.
        "podReplacementPolicy": "Failed",
        "template": [
          "metadata": [
            "labels": JSONValue(template.podLabels.merging(labels) { _, own in own }),
            "annotations": JSONValue(template.podAnnotations.merging(annotations) { _, own in own }),
          ],
          "spec": .object(
            try template.placement().merging(podSpec(order, image: repository.spec.image ?? defaultImage)) {
              _, own in own
            }),
        ],
      ],
    ]
  }

  private func podSpec(_ order: WorkOrder, image: String) -> [String: JSONValue] {
    [
      "restartPolicy": "Never",
      // The pod's own deadline stands behind the runner's. A Job's would take the pod's report with it.
      "activeDeadlineSeconds": .integer(Self.podDeadlineSeconds(of: repository)),
      "terminationGracePeriodSeconds": .integer(Self.terminationGraceSeconds),
      "serviceAccountName": "satis-build",
      "automountServiceAccountToken": false,
      "enableServiceLinks": false,
      "imagePullSecrets": .array(
        (repository.spec.imagePullSecrets ?? []).map { ["name": .string($0.name)] }),
      "securityContext": [
        "runAsNonRoot": true,
        "runAsUser": .integer(Self.userID),
        "runAsGroup": .integer(Self.userID),
        "fsGroup": .integer(Self.userID),
        "fsGroupChangePolicy": "OnRootMismatch",
        "seccompProfile": ["type": "RuntimeDefault"],
      ],
      "containers": [container(image: image)],
      "volumes": .array(mounts.map(\.volume)),
    ]
  }

  /// It counts from when the kubelet takes the pod on, so that pulling the image is in it.
  static func podDeadlineSeconds(of repository: SatisRepository) -> Int64 {
    let settings = BuildSettings(repository)
    return Int64(settings.activeDeadlineSeconds) + settings.startDeadlineSeconds + terminationGraceSeconds
  }

  private func container(image: String) -> JSONValue {
    var environment: [JSONValue] = (repository.spec.build?.env ?? []).map {
      ["name": .string($0.name), "value": .string($0.value)]
    }
    // Last, so that they win over variables of the same name.
    environment += [
      ["name": "HOME", "value": "/tmp"],
      ["name": "POD_NAME", "valueFrom": ["fieldRef": ["fieldPath": "metadata.name"]]],
    ]
    return [
      "name": .string(Self.containerName),
      "image": .string(image),
      "command": ["sh", "/satis-operator/snapshot/start.sh"],
      "env": .array(environment),
      // The runner's report; a raw log would not be redacted.
      "terminationMessagePolicy": "File",
      "resources": template.containerResources,
      "securityContext": [
        "allowPrivilegeEscalation": false,
        "readOnlyRootFilesystem": true,
        "capabilities": ["drop": ["ALL"]],
      ],
      "volumeMounts": .array(mounts.flatMap(\.volumeMounts)),
    ]
  }

  private var mounts: [BuildMount] {
    let spec = repository.spec
    let snapshot = Snapshot.name(repository: repository, configHash: claim.configHash)
    var mounts: [BuildMount] = [
      .snapshot(name: snapshot, isSecret: spec.config.isSecret),
      .workOrder,
      .claim("output", claimName: spec.output.claimName, path: "/output", subPath: spec.output.path ?? ""),
      .scratch,
    ]
    if let cache = spec.cache {
      // The runner clears stale locks in it, so no other repository may share the directory.
      mounts.append(.claim("cache", claimName: cache.claimName, path: "/cache", subPath: cacheDirectory))
    } else {
      mounts.append(.emptyDirectory("cache", path: "/cache"))
    }
    if let credentials = spec.credentials, credentials != .init() {
      mounts.append(.credentials(credentials))
    }
    return mounts + (template.volumes ?? []).map(BuildMount.volume)
  }

  private var cacheDirectory: String {
    "\(repository.metadata.namespace ?? "")/\(repository.metadata.name)-\(repository.metadata.uid ?? "")"
  }
}
