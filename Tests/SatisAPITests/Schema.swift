import Foundation
import KubernetesClient
import Yams

/// The schema of one of the files below `crds`, reduced to what a type can agree or disagree with.
indirect enum Schema {
  case object(properties: [String: Schema], required: Set<String>)
  case array(Schema)
  /// An object whose names are free.
  case map(Schema)
  /// What the server takes as it is.
  case anything
  case leaf(type: String, format: String?, allowed: [String])

  /// Reads the schema of a resource definition.
  static func definition(_ file: String) throws -> Schema {
    let version = try onlyVersion(of: spec(of: file), file)
    guard let schema = version["schema"]?["openAPIV3Schema"] else {
      throw SchemaError(description: "\(file) has no schema")
    }
    return try Schema(schema, at: file)
  }

  /// Reads group, version, kind and plural of a resource definition.
  static func names(_ file: String) throws -> [String?] {
    let spec = try spec(of: file)
    return [
      spec["group"]?.string, try onlyVersion(of: spec, file)["name"]?.string, spec["names"]?["kind"]?.string,
      spec["names"]?["plural"]?.string,
    ]
  }

  private static func spec(of file: String) throws -> Node {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let url = tests.deletingLastPathComponent().appendingPathComponent("crds/\(file)")
    guard let spec = try Yams.compose(yaml: String(contentsOf: url, encoding: .utf8))?["spec"] else {
      throw SchemaError(description: "\(file) has no spec")
    }
    return spec
  }

  private static func onlyVersion(of spec: Node, _ file: String) throws -> Node {
    let versions = spec["versions"]?.sequence ?? []
    guard versions.count == 1, let version = versions.first else {
      throw SchemaError(description: "\(file) has \(versions.count) versions; these tests know of one")
    }
    return version
  }

  private init(_ node: Node, at path: String) throws {
    switch node["type"]?.string {
    case "object" where node["additionalProperties"] != nil:
      guard let values = node["additionalProperties"] else {
        throw SchemaError(description: "\(path) has no values")
      }
      self = .map(try Schema(values, at: "\(path){}"))
    case "object" where node["x-kubernetes-preserve-unknown-fields"]?.bool == true:
      self = .anything
    case "object":
      var properties: [String: Schema] = [:]
      for (name, value) in node["properties"]?.mapping ?? [:] {
        properties[name.string ?? ""] = try Schema(value, at: "\(path).\(name.string ?? "")")
      }
      self = .object(
        properties: properties, required: Set((node["required"]?.sequence ?? []).compactMap(\.string)))
    case "array":
      guard let items = node["items"] else { throw SchemaError(description: "\(path) has no items") }
      self = .array(try Schema(items, at: "\(path)[]"))
    case let type?:
      self = .leaf(
        type: type, format: node["format"]?.string,
        // Quoted or not, `True` is text here.
        allowed: (node["enum"]?.sequence ?? []).compactMap { $0.scalar?.string })
    case nil where node["x-kubernetes-int-or-string"]?.bool == true:
      // The type writes numbers as texts.
      self = .leaf(type: "string", format: nil, allowed: [])
    case nil:
      throw SchemaError(description: "\(path) has no type")
    }
  }

  /// The schema of a property of an object.
  subscript(property: String) -> Schema? {
    guard case .object(let properties, _) = self else { return nil }
    return properties[property]
  }
}

struct SchemaError: Error, CustomStringConvertible {
  let description: String
}

/// One step from a value to a value inside it.
enum Step: Hashable, CustomStringConvertible {
  case member(String)
  case element(Int)

  var description: String {
    switch self {
    case .member(let name): ".\(name)"
    case .element(let index): "[\(index)]"
    }
  }
}

extension JSONValue {
  /// The value with another one, or none, at a place inside it.
  func replacing(_ path: ArraySlice<Step>, with value: JSONValue?) -> JSONValue {
    guard let step = path.first else { return value ?? self }
    var copy = self
    switch step {
    case .member(let name):
      copy[name] = path.count == 1 ? value : self[name]?.replacing(path.dropFirst(), with: value)
    case .element(let index):
      var elements = self.elements ?? []
      elements[index] = elements[index].replacing(path.dropFirst(), with: value)
      copy = .array(elements)
    }
    return copy
  }
}
