import KubernetesClient
import Yams

/// The schemas of the two resources, read from the definitions that the server is given.
enum ResourceSchema {
  /// The schema of a kind; nil for kinds of others.
  static func schema(ofKind kind: String) -> JSONValue? { byKind[kind] }

  private static let byKind: [String: JSONValue] = Dictionary(
    [PackageResources.satisrepositories_yaml, PackageResources.satisbuilds_yaml].compactMap { bytes in
      // A definition that could not be read would fail `SchemaLintTests`.
      guard let definition = try? Yams.compose(yaml: String(decoding: bytes, as: UTF8.self))?.json,
        let kind = definition["spec"]?["names"]?["kind"]?.text,
        let schema = definition["spec"]?["versions"]?.elements?.first?["schema"]?["openAPIV3Schema"]
      else { return nil }
      return (kind, schema)
    }
  ) { first, _ in first }
}
