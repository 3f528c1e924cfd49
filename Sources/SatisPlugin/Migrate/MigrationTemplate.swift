import KubernetesClient
import SatisAPI

/// What the old pod had beside what every build pod has.
extension MigrationPlan {
  mutating func podTemplate() -> CommentedYAML.Member? {
    var members: [CommentedYAML.Member] = []
    if let resources = resources() { members.append(.init("resources", CommentedYAML(resources))) }
    for field in ["nodeSelector", "affinity", "tolerations", "priorityClassName"] {
      guard let value = worker.pod[field], value != [:], value != [] else { continue }
      note(.taken, "spec.podTemplate.\(field)")
      members.append(.init(field, CommentedYAML(value)))
    }
    let volumes = self.volumes()
    if !volumes.isEmpty { members.append(.init("volumes", .list(volumes))) }
    return members.isEmpty ? nil : .init("podTemplate", .map(members))
  }

  private mutating func resources() -> JSONValue? {
    var kept: [String: JSONValue] = [:]
    for kind in ["requests", "limits"] {
      let amounts = (worker.container["resources"]?[kind]?.members ?? [:])
        .filter { ["cpu", "memory", "ephemeral-storage"].contains($0.key) }
      if !amounts.isEmpty { kept[kind] = .object(amounts) }
    }
    guard !kept.isEmpty else { return nil }
    note(.taken, "spec.podTemplate.resources")
    return .object(kept)
  }

  /// Volumes that are none of the operator's own, such as a git configuration.
  private mutating func volumes() -> [CommentedYAML] {
    var kept: [CommentedYAML] = []
    for mount in worker.mounts where !used.contains(mount.name) {
      let isKept = mount.configMap != nil || mount.secret != nil
      guard isKept, let volume = volume(of: mount) else {
        note(
          .left,
          "the volume \(mount.name) (\(mount.source)) at \(mount.path): builds need neither a queue of files nor a place of their own there"
        )
        continue
      }
      note(.taken, "spec.podTemplate.volumes: \(mount.name) (\(mount.source)) at \(mount.path)")
      kept.append(volume)
    }
    return kept
  }

  private mutating func volume(of mount: OldWorker.Mount) -> CommentedYAML? {
    var volume = SatisRepository.PodTemplate.Volume(
      name: mount.name, mountPath: mount.path, subPath: mount.subPath, readOnly: true)
    volume.configMap = mount.configMap.map(LocalReference.init)
    volume.secret = mount.secret.map { .init(secretName: $0) }
    var template = SatisRepository.PodTemplate()
    template.volumes = [volume]
    if let problem = template.problem {
      note(.decide, "a volume was left out: \(problem)")
      return nil
    }
    return .fields([
      "name": .text(mount.name),
      "configMap": mount.configMap.map { .fields(["name": .text($0)]) },
      "secret": mount.secret.map { .fields(["secretName": .text($0)]) },
      "mountPath": .text(mount.path), "subPath": mount.subPath.map(CommentedYAML.text),
      "readOnly": .scalar(true),
    ])
  }
}
