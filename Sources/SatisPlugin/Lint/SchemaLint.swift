import KubernetesClient
import SatisAPI
import Yams

/// What the API server would refuse in an object, by the schema of its definition.
///
/// Rules in CEL are not evaluated: what they say is in the schema as well, or looked at by `RepositoryLint`.
struct SchemaLint {
  private(set) var findings: [Finding] = []
  /// Where something was found.
  private(set) var paths: [JSONPath] = []
  private let object: ManifestObject

  init(_ object: ManifestObject, _ schema: JSONValue) {
    self.object = object
    check(object.node, schema, JSONPath())
  }

  /// Whether something was found at a place or inside of it.
  func hasFinding(in path: JSONPath) -> Bool { paths.contains { $0.steps.starts(with: path.steps) } }

  private mutating func error(_ node: Node, _ path: JSONPath, _ message: String, _ remedy: String) {
    findings.append(object.finding(at: node.mark, .error, message, remedy))
    paths.append(path)
  }

  private mutating func check(_ node: Node, _ schema: JSONValue, _ path: JSONPath) {
    let value = node.json
    // The server drops it.
    guard value != .null, schema["x-kubernetes-preserve-unknown-fields"] != true else { return }
    let type = schema["type"]?.text
    guard schema["x-kubernetes-int-or-string"] == true || type.map({ Self.fits(value, $0) }) ?? true else {
      let quoted = type == "string" && node.scalar != nil
      error(
        node, path,
        "\(path) is \(value.kindInWords) and has to be \(Self.words[type ?? ""] ?? "something else")",
        quoted ? "put it in quotes" : Self.hint(schema))
      return
    }
    switch value {
    case .object: checkObject(node, schema, path)
    case .array: checkList(node, schema, path)
    case .string(let text): checkText(text, node, schema, path)
    case .integer(let number): checkNumber(Double(number), node, schema, path)
    case .number(let number): checkNumber(number, node, schema, path)
    case .bool, .null: break
    }
  }

  // MARK: - Containers

  private mutating func checkObject(_ node: Node, _ schema: JSONValue, _ path: JSONPath) {
    let properties = schema["properties"]?.members ?? [:]
    for (key, value) in node.mapping ?? [:] {
      let name = key.memberName
      if let property = properties[name] {
        // The server's own schema of metadata is not in the definition.
        if !(path.steps.isEmpty && name == "metadata") { check(value, property, path / name) }
      } else if let values = schema["additionalProperties"], values.members != nil {
        check(value, values, path / name)
      } else if schema["properties"] != nil {
        reportUnknown(key, path / name, among: properties.keys.sorted())
      }
    }
    let present = Set((node.mapping ?? [:]).filter { $0.value.json != .null }.map(\.key.memberName))
    for required in schema["required"]?.elements ?? [] {
      guard let name = required.text, !present.contains(name) else { continue }
      error(node, path, "\(path / name) is missing", "write \(name): \(Self.hint(properties[name] ?? .null))")
    }
    let groups = (schema["oneOf"]?.elements ?? []).compactMap {
      // Twice in the negative, as the definition explains.
      $0["not"]?["not"]?["required"]?.elements?.compactMap(\.text)
    }
    if !groups.isEmpty, groups.count(where: { present.isSuperset(of: $0) }) != 1 {
      let names = groups.flatMap(\.self).joined(separator: ", ")
      error(node, path, "\(path) needs exactly one of \(names)", "write one of them, and no other")
    }
    checkCount(present.count, "maxProperties", "members", node, schema, path)
  }

  private mutating func reportUnknown(_ key: Node, _ path: JSONPath, among known: [String]) {
    if key.string == "on", key.scalar?.style == .plain {
      error(key, path, "YAML reads the bare word on as true", "write \"on\" in quotes")
      return
    }
    let near = Spelling.nearest(to: key.string ?? "", among: known)
    error(
      key, path, "there is no field \(path)",
      near.map { "write \($0), if that is meant" } ?? "remove it; there is \(known.joined(separator: ", "))")
  }

  private mutating func checkList(_ node: Node, _ schema: JSONValue, _ path: JSONPath) {
    let elements = node.sequence.map(Array.init) ?? []
    let keys = schema["x-kubernetes-list-map-keys"]?.elements?.compactMap(\.text)
    let isSet = schema["x-kubernetes-list-type"] == "set"
    var seen: Set<JSONValue> = []
    for (index, element) in elements.enumerated() {
      if let items = schema["items"] { check(element, items, path / index) }
      guard isSet || keys != nil else { continue }
      let identity =
        keys.map { keys in JSONValue.array(keys.map { element.json[$0] ?? .null }) } ?? element.json
      if !seen.insert(identity).inserted {
        error(
          element, path / index, "\(path / index) is there twice",
          keys.map { "remove one; \($0.joined(separator: " and ")) must differ" } ?? "remove one")
      }
    }
    checkCount(elements.count, "maxItems", "elements", node, schema, path)
    if let least = schema["minItems"]?.amount, Double(elements.count) < least {
      error(node, path, "\(path) has too few elements", "write at least \(Int(least)), or leave \(path) out")
    }
  }

  private mutating func checkCount(
    _ count: Int, _ limit: String, _ what: String, _ node: Node, _ schema: JSONValue, _ path: JSONPath
  ) {
    guard let most = schema[limit]?.amount, Double(count) > most else { return }
    error(node, path, "\(path) has \(count) \(what)", "at most \(Int(most)) are allowed")
  }

  // MARK: - Scalars

  private mutating func checkText(_ text: String, _ node: Node, _ schema: JSONValue, _ path: JSONPath) {
    let shown = text.count > 60 ? "\(text.prefix(60))…" : text
    if let allowed = schema["enum"]?.elements?.compactMap(\.text), !allowed.contains(text) {
      let near = Spelling.nearest(to: text, among: allowed)
      let list = allowed.joined(separator: ", ")
      error(
        node, path, "\(path) cannot be '\(shown)'",
        near.map { "write \($0), if that is meant; allowed are \(list)" } ?? "write one of \(list)")
      return
    }
    // As the server counts: characters of Unicode.
    let length = Double(text.unicodeScalars.count)
    if let pattern = schema["pattern"]?.text, !Self.matches(text, pattern) {
      error(node, path, "\(path) cannot be '\(shown)'", Self.hint(schema))
    } else if let forbidden = schema["not"],
      forbidden["pattern"]?.text.map({ Self.matches(text, $0) })
        ?? forbidden["enum"]?.elements?.contains(.string(text)) ?? false
    {
      let rule = schema["x-kubernetes-validations"]?.elements?.first?["message"]?.text
      error(node, path, "\(path) cannot be '\(shown)'", rule ?? Self.hint(schema))
    } else if length < schema["minLength"]?.amount ?? 0 {
      error(node, path, "\(path) is too short", Self.hint(schema))
    } else if length > schema["maxLength"]?.amount ?? .infinity {
      error(node, path, "\(path) is too long", Self.hint(schema))
    }
  }

  private mutating func checkNumber(_ number: Double, _ node: Node, _ schema: JSONValue, _ path: JSONPath) {
    let (least, most) = (schema["minimum"]?.amount, schema["maximum"]?.amount)
    guard number < least ?? -.infinity || number > most ?? .infinity else { return }
    let range = [least.map { "from \(Int64($0))" }, most.map { "to \(Int64($0))" }].compactMap(\.self)
    error(
      node, path, "\(path) cannot be \(node.string ?? "that")",
      "write a number \(range.joined(separator: " "))")
  }

  // MARK: - Words

  private static let words = [
    "object": "an object", "array": "a list", "string": "a text", "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
  ]

  private static func fits(_ value: JSONValue, _ type: String) -> Bool {
    switch (value, type) {
    case (.object, "object"), (.array, "array"), (.string, "string"), (.integer, "integer"),
      (.integer, "number"),
      (.number, "number"), (.bool, "boolean"):
      true
    default: false
    }
  }

  private static func matches(_ text: String, _ pattern: String) -> Bool {
    // A pattern that Swift cannot read is left to the server.
    guard let regex = try? Regex(pattern) else { return true }
    return text.firstMatch(of: regex) != nil
  }

  /// What the definition says of a field, in a sentence.
  private static func hint(_ schema: JSONValue) -> String {
    guard let description = schema["description"]?.text else { return "see kubectl explain" }
    return description.split(separator: "\n").joined(separator: " ")
  }
}

extension JSONValue {
  fileprivate var kindInWords: String {
    switch self {
    case .null: "nothing"
    case .bool: "a boolean"
    case .integer, .number: "a number"
    case .string: "a text"
    case .array: "a list"
    case .object: "an object"
    }
  }

  fileprivate var amount: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }
}
