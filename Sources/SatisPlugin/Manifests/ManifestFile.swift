import KubernetesClient
import SatisAPI
import Yams

/// The Kubernetes objects of a file, YAML or JSON, each with the places of all that is in it.
struct ManifestFile {
  /// As it was named.
  let name: String
  /// Its objects; those of a List one by one.
  private(set) var objects: [ManifestObject] = []
  /// Why not all of it could be read.
  private(set) var problem: Finding?

  /// Reads a file.
  init(name: String, text: String) {
    self.name = name
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    do {
      let parser = try Parser(yaml: text)
      while let root = try parser.nextRoot() {
        for node in Self.unpacked(root) {
          objects.append(ManifestObject(file: name, lines: lines, node: node))
        }
      }
    } catch {
      problem = Self.finding(error, in: name)
    }
  }

  private static func unpacked(_ node: Node) -> [Node] {
    guard let kind = node["kind"]?.string, kind.hasSuffix("List"), let items = node["items"]?.sequence else {
      return [node]
    }
    return items.flatMap(unpacked)
  }

  private static func finding(_ error: any Error, in file: String) -> Finding {
    var finding = Finding(
      file: file, line: 1, column: 1, severity: .error, message: "the file is no YAML: \(error)",
      remedy: "mend it; nothing behind this place was looked at")
    switch error {
    case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
      YamlError.composer(_, let problem, let mark, _):
      (finding.line, finding.column) = (mark.line, mark.column)
      finding.message = "the file is no YAML: \(problem)"
    case YamlError.duplicatedKeysInMapping(let names, let context):
      (finding.line, finding.column) = (context.mark.line, context.mark.column)
      finding.message = "there twice in one object: \(names.sorted().joined(separator: ", "))"
      finding.remedy = "remove one of them; nothing behind this place was looked at"
    default: break
    }
    return finding
  }
}

/// One object of a file.
struct ManifestObject {
  let file: String
  let lines: [Substring]
  let node: Node

  /// The object as the API server would get it.
  var value: JSONValue { node.json }
  var kind: String { value["kind"]?.text ?? "" }
  var apiVersion: String { value["apiVersion"]?.text ?? "" }
  var name: String { value["metadata"]?["name"]?.text ?? "" }
  /// Nil where the file leaves it to the command line.
  var namespace: String? { value["metadata"]?["namespace"]?.text }

  /// Whether two objects are, or may be, in one namespace.
  func mayShareNamespace(with other: ManifestObject) -> Bool {
    namespace == nil || other.namespace == nil || namespace == other.namespace
  }

  /// The value inside of the object; nil when there is none.
  func node(at path: JSONPath) -> Node? {
    path.steps.reduce(node) { node, step in
      switch step {
      case .member(let name): node?.member(name)?.value
      case .element(let index):
        node?.sequence.flatMap { $0.indices.contains(index) ? $0[index] : nil }
      }
    }
  }

  /// The text at a place, as it stands there; nil where there is none.
  func text(at path: JSONPath) -> String? { node(at: path)?.scalar?.string }

  /// A mistake at a place in the object; of one that is not there, as near as there is something.
  func finding(
    at path: JSONPath, _ severity: Finding.Severity, _ message: String, _ remedy: String
  ) -> Finding {
    var path = path
    while node(at: path)?.mark == nil, !path.steps.isEmpty { path.steps.removeLast() }
    return finding(at: node(at: path)?.mark, severity, message, remedy)
  }

  /// A mistake at a mark.
  func finding(
    at mark: Mark?, _ severity: Finding.Severity, _ message: String, _ remedy: String
  ) -> Finding {
    Finding(
      file: file, line: mark?.line ?? 1, column: mark?.column ?? 1, severity: severity, message: message,
      remedy: remedy)
  }

  /// Where a text in the object stands in the file.
  ///
  /// - Parameter isEncoded: whether the file has it as base64.
  func place(ofTextAt path: JSONPath, isEncoded: Bool = false) -> TextPlace {
    guard let scalar = node(at: path)?.scalar, let mark = scalar.mark else { return TextPlace(file: file) }
    if !isEncoded, scalar.style == .literal {
      // What follows the `|`; the first line with something in it sets the margin.
      let content = lines.dropFirst(mark.line)
      let first = content.first { line in line.contains { !$0.isWhitespace } } ?? ""
      return TextPlace(
        file: file, firstLine: mark.line + 1, indentation: first.prefix { $0 == " " }.count)
    }
    return TextPlace(file: file, firstLine: mark.line, whole: (mark.column, "in \(path)"))
  }
}

extension Node {
  /// The member of a mapping; of several merged ones the own.
  func member(_ name: String) -> (key: Node, value: Node)? {
    mapping?.first { $0.key.string == name }
  }

  /// The value as kubectl reads it: YAML 1.1, where `yes` and `on` are booleans as well.
  var json: JSONValue {
    switch self {
    case .scalar(let scalar): Self.json(scalar, of: self)
    case .sequence(let sequence): .array(sequence.map(\.json))
    case .mapping(let mapping):
      .object(Dictionary(mapping.map { ($0.key.memberName, $0.value.json) }) { first, _ in first })
    case .alias: .null
    }
  }

  /// What kubectl makes of the name of a member: an unquoted `on` is `true`.
  var memberName: String {
    guard scalar?.style == .plain, tag == Tag(.bool), let bool else { return string ?? "" }
    return bool ? "true" : "false"
  }

  private static func json(_ scalar: Node.Scalar, of node: Node) -> JSONValue {
    guard scalar.style == .plain else { return .string(scalar.string) }
    if node.tag == Tag(.null) { return .null }
    if node.tag == Tag(.bool), let value = node.bool { return .bool(value) }
    if node.tag == Tag(.int), let value = node.int { return .integer(Int64(value)) }
    if node.tag == Tag(.float), let value = node.float { return .number(value) }
    return .string(scalar.string)
  }
}
