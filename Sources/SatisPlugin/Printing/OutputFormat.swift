public import KubernetesClient

/// A form of output for programs; without one, commands print for people.
public enum OutputFormat: String, Sendable, CaseIterable {
  /// JSON, indented.
  case json
  /// YAML.
  case yaml

  /// The text of a value.
  ///
  /// - Throws: for what the form cannot write, such as a number that is not finite.
  public func text(of value: JSONValue) throws -> String {
    switch self {
    case .json: try value.indented()
    case .yaml: try value.yaml()
    }
  }
}

extension JSONValue {
  /// An object as `kubectl get` prints it, with `apiVersion` and `kind`.
  public init<Object: KubernetesObject>(document object: Object) throws {
    self = try JSONValue(encoding: object)
    self["apiVersion"] = .string(Object.resourceType.apiVersion)
    self["kind"] = .string(Object.resourceType.kind)
  }

  /// Several objects as `kubectl get` prints them.
  public static func list(_ documents: [JSONValue]) -> JSONValue {
    ["apiVersion": "v1", "kind": "List", "items": .array(documents)]
  }
}
