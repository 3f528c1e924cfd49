import KubernetesClient
import SatisAPI

/// The container that has run Satis so far, with all that its manifest says of it.
struct OldWorker {
  let object: ManifestObject
  let pod: JSONValue
  let container: JSONValue
  /// All that it runs, scripts in ConfigMaps included.
  let script: WorkerScript
  let score: Int

  var kind: String { object.kind }
  var name: String { object.name }
  /// As notes speak of it.
  var title: String { "\(kind) \(name)" }

  /// The first call of a command.
  func call(_ command: String) -> WorkerScript.Call? { script.calls.first { $0.command == command } }

  /// Every container of an object that may run Satis, best first.
  static func candidates(in objects: [ManifestObject]) -> [Self] {
    objects.flatMap { object in
      object.podSpecs.flatMap { pod in
        (pod["containers"]?.elements ?? []).compactMap { Self(object, pod, $0, objects) }
      }
    }.filter { $0.score > 0 }
  }

  private init?(
    _ object: ManifestObject, _ pod: JSONValue, _ container: JSONValue, _ objects: [ManifestObject]
  ) {
    self.object = object
    self.pod = pod
    self.container = container
    let words = (container["command"]?.elements ?? []) + (container["args"]?.elements ?? [])
    let texts = words.compactMap(\.text)
    // The words of a command are one line, scripts among them are lines of their own.
    let isShell = texts.contains { $0.contains("\n") || $0.contains(" ") }
    let line = isShell ? texts.joined(separator: "\n") : texts.joined(separator: " ")
    let scripts = Self.scripts(of: container, pod, in: objects, besides: object)
    script = WorkerScript(
      ([line] + scripts).joined(separator: "\n"), variables: Self.literals(in: container))
    let image = container["image"]?.text ?? ""
    let isHook = (container["name"]?.text ?? "").contains("hook")
    score =
      (script.calls.contains { $0.command == "build" } ? 4 : 0) + (script.calls.isEmpty ? 0 : 2)
      + (!isHook && image.contains("satis") ? 1 : 0)
  }

  private static func literals(in container: JSONValue) -> [String: String] {
    Dictionary(
      (container["env"]?.elements ?? []).compactMap { variable in
        guard let name = variable["name"]?.text, let value = variable["value"]?.text else { return nil }
        return (name, value)
      }
    ) { _, last in last }
  }

  /// Scripts that the container mounts from ConfigMaps.
  private static func scripts(
    of container: JSONValue, _ pod: JSONValue, in objects: [ManifestObject], besides object: ManifestObject
  ) -> [String] {
    let mounted = Set((container["volumeMounts"]?.elements ?? []).compactMap { $0["name"]?.text })
    let maps = (pod["volumes"]?.elements ?? []).filter { mounted.contains($0["name"]?.text ?? "") }
      .compactMap { $0["configMap"]?["name"]?.text }
    return objects.filter {
      $0.kind == "ConfigMap" && maps.contains($0.name) && $0.mayShareNamespace(with: object)
    }.flatMap { map in
      (map.value["data"]?.members ?? [:]).sorted { $0.key < $1.key }.compactMap(\.value.text)
    }.filter { $0.hasPrefix("#!") || $0.contains("satis build") }
  }

  // MARK: - Volumes

  /// A volume and where the container sees it.
  struct Mount {
    var volume: JSONValue
    var path: String
    var subPath: String?

    var name: String { volume["name"]?.text ?? "" }
    var claim: String? { volume["persistentVolumeClaim"]?["claimName"]?.text }
    var configMap: String? { volume["configMap"]?["name"]?.text }
    var secret: String? { volume["secret"]?["secretName"]?.text }
    /// What the volume is, in words.
    var source: String {
      if let claim { return "claim \(claim)" }
      if let configMap { return "ConfigMap \(configMap)" }
      if let secret { return "Secret \(secret)" }
      return volume.members?.keys.sorted().first { $0 != "name" } ?? "nothing"
    }

    /// The directory of a path in the volume; nil where the mount does not hold the path.
    func inside(_ path: String) -> String? {
      let own = self.path.split(separator: "/")
      let segments = path.split(separator: "/")
      guard segments.starts(with: own) else { return nil }
      let rest = segments.dropFirst(own.count)
      let sub = (subPath ?? "").split(separator: "/")
      return (sub + rest).joined(separator: "/")
    }

    /// The key of a file of a ConfigMap or Secret.
    func key(ofFile path: String) -> String? {
      guard let file = inside(path), !file.isEmpty else { return nil }
      let items = (volume["configMap"] ?? volume["secret"])?["items"]?.elements ?? []
      return items.first { $0["path"]?.text == file }?["key"]?.text ?? (items.isEmpty ? file : nil)
    }
  }

  /// The mounts of the container.
  var mounts: [Mount] {
    (container["volumeMounts"]?.elements ?? []).compactMap { mount in
      guard let path = mount["mountPath"]?.text,
        let volume = pod["volumes"]?.elements?.first(where: { $0["name"] == mount["name"] })
      else { return nil }
      return Mount(volume: volume, path: path, subPath: mount["subPath"]?.text)
    }
  }

  /// The mount that holds a path: the innermost.
  func mount(holding path: String) -> Mount? {
    mounts.filter { $0.inside(path) != nil }.max { $0.path.count < $1.path.count }
  }
}

extension ManifestObject {
  /// The pods that the object makes.
  var podSpecs: [JSONValue] {
    let spec = value["spec"]
    return switch kind {
    case "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job":
      [spec?["template"]?["spec"]].compactMap(\.self)
    case "CronJob": [spec?["jobTemplate"]?["spec"]?["template"]?["spec"]].compactMap(\.self)
    case "Pod": [spec].compactMap(\.self)
    default: []
    }
  }
}
