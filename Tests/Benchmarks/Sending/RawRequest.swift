import KubernetesClient

/// A request to the API server as the bytes that are sent.
struct RawRequest: Sendable {
  /// The method of HTTP.
  var method: String
  /// The path with its query.
  var path: String
  /// How the body is to be read.
  var contentType = "application/json"
  var body: [UInt8]

  /// Creates an object from its manifest.
  static func create(_ type: ResourceType, in namespace: String?, _ manifest: JSONValue) throws -> Self {
    var whole = manifest
    whole["apiVersion"] = .string(type.apiVersion)
    whole["kind"] = .string(type.kind)
    return Self(
      method: "POST", path: path(type, namespace) + "?fieldManager=benchmark",
      body: Array(try whole.serialized().utf8))
  }

  /// Creates an object.
  static func create<Object: KubernetesObject>(_ object: Object) throws -> Self {
    try create(Object.resourceType, in: object.metadata.namespace, try JSONValue(encoding: object))
  }

  /// Reads an object.
  ///
  /// - Parameter isRecent: whether what the server has in its memory will do.
  static func get(_ type: ResourceType, _ key: NamespacedName, isRecent: Bool = false) -> Self {
    let query = isRecent ? "?resourceVersion=0" : ""
    return Self(method: "GET", path: "\(path(type, key.namespace))/\(key.name)\(query)", body: [])
  }

  /// Lists the objects with a label.
  static func list(_ type: ResourceType, in namespace: String, label: String, _ value: String) -> Self {
    Self(method: "GET", path: "\(path(type, namespace))?labelSelector=\(label)%3D\(value)", body: [])
  }

  /// Merges a status into an object.
  static func patchStatus(
    _ type: ResourceType, _ key: NamespacedName, _ status: some Encodable
  ) throws -> Self {
    let patch: JSONValue = ["status": try JSONValue(encoding: status)]
    return Self(
      method: "PATCH", path: "\(path(type, key.namespace))/\(key.name)/status?fieldManager=benchmark",
      contentType: "application/merge-patch+json", body: Array(try patch.serialized().utf8))
  }

  /// Deletes all objects of a kind in a namespace.
  static func deleteAll(_ type: ResourceType, in namespace: String) -> Self {
    // The dependents go by their own call; there is no garbage collector beside this server.
    Self(method: "DELETE", path: path(type, namespace) + "?propagationPolicy=Orphan", body: [])
  }

  private static func path(_ type: ResourceType, _ namespace: String?) -> String {
    let root = type.group.isEmpty ? "/api/\(type.version)" : "/apis/\(type.group)/\(type.version)"
    return root + (namespace.map { "/namespaces/\($0)" } ?? "") + "/\(type.plural)"
  }
}
