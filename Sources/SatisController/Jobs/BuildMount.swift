import KubernetesClient
import SatisAPI

/// A volume of the build pod and where its container sees it.
struct BuildMount: Sendable {
  let volume: JSONValue
  let volumeMounts: [JSONValue]

  private init(_ name: String, _ source: [String: JSONValue], mountedAt mounts: [[String: JSONValue]]) {
    volume = .object(source.merging(["name": .string(name)]) { own, _ in own })
    volumeMounts = mounts.map { .object($0.merging(["name": .string(name)]) { own, _ in own }) }
  }

  /// satis.json and the runner.
  ///
  /// The user database in it takes the place of the image's.
  static func snapshot(name: String, isSecret: Bool) -> Self {
    let source: [String: JSONValue] =
      isSecret ? ["secret": ["secretName": .string(name)]] : ["configMap": ["name": .string(name)]]
    return Self(
      "snapshot", source,
      mountedAt: [
        ["mountPath": "/satis-operator/snapshot", "readOnly": true],
        ["mountPath": "/etc/passwd", "subPath": .string(Snapshot.userDatabaseFile), "readOnly": true],
      ])
  }

  /// The pod's own annotation as a file: order and Job are created by one request.
  ///
  /// Beside it the label that stops the runner, which the kubelet writes as soon as the pod has it.
  static let workOrder = Self(
    "order",
    [
      "downwardAPI": [
        "items": [
          [
            "path": "order.json",
            "fieldRef": ["fieldPath": "metadata.annotations['\(ResourceNames.workOrderAnnotation)']"],
          ],
          ["path": "stop", "fieldRef": ["fieldPath": "metadata.labels['\(ResourceNames.stopLabel)']"]],
        ]
      ]
    ],
    mountedAt: [["mountPath": "/satis-operator/order", "readOnly": true]])

  /// A directory of a claim; the whole volume when the path is empty.
  static func claim(_ name: String, claimName: String, path: JSONValue, subPath: String) -> Self {
    var mount: [String: JSONValue] = ["mountPath": path]
    if !subPath.isEmpty { mount["subPath"] = .string(subPath) }
    return Self(name, ["persistentVolumeClaim": ["claimName": .string(claimName)]], mountedAt: [mount])
  }

  /// A directory that goes with the pod.
  static func emptyDirectory(_ name: String, path: JSONValue) -> Self {
    Self(name, ["emptyDir": [:]], mountedAt: [["mountPath": path]])
  }

  /// For temporary files: everything else of the image is read-only.
  static let scratch = emptyDirectory("tmp", path: "/tmp")

  /// The credentials as files under the names that the runner knows.
  static func credentials(_ credentials: SatisRepository.Credentials) -> Self {
    let files = [
      ("auth.json", "secret", credentials.composerAuth?.secretKeyRef),
      ("id_key", "secret", credentials.sshKey?.secretKeyRef),
      ("known_hosts", "secret", credentials.knownHosts?.secretKeyRef),
      ("known_hosts", "configMap", credentials.knownHosts?.configMapKeyRef),
      ("ca.crt", "secret", credentials.caBundle?.secretKeyRef),
      ("ca.crt", "configMap", credentials.caBundle?.configMapKeyRef),
    ]
    let sources: [JSONValue] = files.compactMap { file, kind, reference in
      guard let reference else { return nil }
      let items: JSONValue = [["key": .string(reference.key), "path": .string(file)]]
      return .object([kind: ["name": .string(reference.name), "items": items]])
    }
    // Read by the group, which is the pod's fsGroup; ssh checks the mode only of keys that its user owns.
    return Self(
      "credentials", ["projected": ["sources": .array(sources), "defaultMode": 0o440]],
      mountedAt: [["mountPath": "/satis-operator/credentials", "readOnly": true]])
  }

  /// A volume that the repository asks for.
  static func volume(_ volume: SatisRepository.PodTemplate.Volume) -> Self {
    var mount: [String: JSONValue] = ["mountPath": .string(volume.mountPath)]
    if let subPath = volume.subPath { mount["subPath"] = .string(subPath) }
    if let readOnly = volume.readOnly { mount["readOnly"] = .bool(readOnly) }
    var source: [String: JSONValue] = [:]
    if let map = volume.configMap { source["configMap"] = ["name": .string(map.name)] }
    if let secret = volume.secret { source["secret"] = ["secretName": .string(secret.secretName)] }
    if let claim = volume.persistentVolumeClaim {
      // Said of the volume as well, since one that can only be read is not attached for writing.
      source["persistentVolumeClaim"] = [
        "claimName": .string(claim.claimName), "readOnly": .bool(volume.readOnly ?? false),
      ]
    }
    if let directory = volume.emptyDir {
      var settings: [String: JSONValue] = [:]
      if let medium = directory.medium { settings["medium"] = .string(medium.rawValue) }
      if let limit = directory.sizeLimit { settings["sizeLimit"] = .string(limit.text) }
      source["emptyDir"] = .object(settings)
    }
    return Self(volume.name, source, mountedAt: [mount])
  }
}
