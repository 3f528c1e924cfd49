import KubernetesClient
import SatisAPI

/// What the PersistentVolumeClaims of a repository mean for its builds.
struct VolumeClaims: Sendable, Equatable {
  /// Why no pod could mount one of them where it is needed.
  let problem: Hindrance?
  /// Whether the output can be mounted on one node at a time, so that build pods and web server have to share it.
  let areBoundToOneNode: Bool

  /// Judges the claims.
  ///
  /// - Parameter claims: those on the server by name; nil for one that is not there.
  init(_ claims: [String: PersistentVolumeClaim?], of repository: SatisRepository) {
    problem =
      repository.volumeUses.lazy.compactMap { use in
        use.problem(with: claims[use.claimName] ?? nil, in: repository.key.namespace)
      }.first
    let output = claims[repository.spec.output.claimName] ?? nil
    areBoundToOneNode = output.map { !$0.modes.isEmpty && !$0.modes.contains("ReadWriteMany") } ?? false
  }

  /// What to do about an output that is bound to one node.
  static func oneNodeAdvice(_ output: SatisRepository.Output) -> String {
    "claim '\(output.claimName)' can be mounted on one node at a time, so build pods and web server have to run on the "
      + "same: use a claim with ReadWriteMany, or lead the build pods to the web server's node by "
      + "spec.podTemplate.affinity or .nodeSelector"
  }
}

/// One claim that a repository names, and what its pods do with it.
struct VolumeUse: Sendable, Equatable {
  var claimName: String
  /// The field that names it.
  var field: String
  /// Whether it is the output, which the web server mounts as well.
  var isOutput = false
  /// Whether pods write to it.
  var isWritten = true

  /// Why a pod could not mount the claim; nil when it can.
  ///
  /// One that is `Pending` may be waiting for its first pod (`volumeBindingMode: WaitForFirstConsumer`).
  fileprivate func problem(with claim: PersistentVolumeClaim?, in namespace: String) -> Hindrance? {
    let name = "PersistentVolumeClaim '\(claimName)', which \(field) names,"
    guard let claim else {
      return Hindrance(
        reason: "ClaimNotFound",
        message:
          "\(name) does not exist in namespace '\(namespace)'; create it, and builds go on by themselves")
    }
    if claim.metadata.deletionTimestamp != nil {
      return Hindrance(
        reason: "ClaimNotFound",
        message: "\(name) is being deleted, and no new pod can mount it; create it anew once it is gone")
    }
    if claim.status?.phase == "Lost" {
      return Hindrance(
        reason: "ClaimLost",
        message:
          "\(name) has lost its PersistentVolume; bring that back, or delete the claim and create it anew")
    }
    if isOutput, claim.spec?.accessModes?.contains("ReadWriteOncePod") == true {
      return Hindrance(
        reason: "ClaimNotShared",
        message:
          "\(name) is ReadWriteOncePod: one pod alone may mount it, so that no build could run beside the web "
          + "server; create it anew with ReadWriteMany, or with ReadWriteOnce where both run on one node")
    }
    if isWritten, !claim.modes.isEmpty, claim.modes.isSubset(of: ["ReadOnlyMany"]) {
      return Hindrance(
        reason: "ClaimReadOnly",
        message: "\(name) is ReadOnlyMany, and builds write to it; create it anew with ReadWriteMany"
          + (isOutput || field != VolumeUse.templateField ? "" : ", or set readOnly"))
    }
    return nil
  }

  fileprivate static let templateField = "spec.podTemplate.volumes"
}

extension SatisRepository {
  /// The claims that pods of this repository mount.
  var volumeUses: [VolumeUse] {
    var uses = [
      VolumeUse(claimName: spec.output.claimName, field: "spec.output.claimName", isOutput: true)
    ]
    if let cache = spec.cache {
      uses.append(VolumeUse(claimName: cache.claimName, field: "spec.cache.claimName"))
    }
    for volume in spec.podTemplate?.volumes ?? [] {
      guard let claim = volume.persistentVolumeClaim else { continue }
      uses.append(
        VolumeUse(
          claimName: claim.claimName, field: VolumeUse.templateField, isWritten: volume.readOnly != true))
    }
    return uses
  }
}

extension PersistentVolumeClaim {
  /// How pods can mount it: as its volume says, which may be in more ways than the claim asks for.
  fileprivate var modes: Set<String> { Set(status?.accessModes ?? spec?.accessModes ?? []) }
}
