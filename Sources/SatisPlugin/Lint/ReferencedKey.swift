import KubernetesClient
import SatisAPI

/// A key of a ConfigMap or Secret that a repository names.
struct ReferencedKey {
  let path: JSONPath
  let kind: String
  let name: String
  let key: String

  /// All of them, wherever they stand; both names tell a reference from other objects.
  static func all(in value: JSONValue, at path: JSONPath, kind: String = "Secret") -> [Self] {
    switch value {
    case .array(let elements): return elements.enumerated().flatMap { all(in: $1, at: path / $0, kind: kind) }
    case .object(let members):
      if let name = members["name"]?.text, let key = members["key"]?.text, members.count == 2,
        isReference(path)
      {
        return [Self(path: path, kind: kind, name: name, key: key)]
      }
      return members.sorted { $0.key < $1.key }.flatMap { name, value in
        all(in: value, at: path / name, kind: name == "configMapKeyRef" ? "ConfigMap" : "Secret")
      }
    default: return []
    }
  }

  private static func isReference(_ path: JSONPath) -> Bool {
    let names = path.steps.compactMap { step in if case .member(let name) = step { name } else { nil } }
    return names.last?.hasSuffix("Ref") == true || names.last == "secretRefs"
  }
}
