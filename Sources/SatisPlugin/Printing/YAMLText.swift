import KubernetesClient
import Yams

extension JSONValue {
  /// YAML text with sorted members, as kubectl writes it: text of several lines keeps its lines.
  func yaml() throws -> String {
    let text = try Yams.serialize(node: node, width: -1, allowUnicode: true, sortKeys: true)
    return text.hasSuffix("\n") ? String(text.dropLast()) : text
  }

  private var node: Node {
    switch self {
    case .null: Node("null", Tag(.null))
    case .bool(let value): Node(value ? "true" : "false", Tag(.bool))
    case .integer(let value): Node(String(value), Tag(.int))
    case .number(let value): Node(String(value), Tag(.float))
    case .string(let value): Self.node(value)
    case .array(let elements): Node(elements.map(\.node), Tag(.seq))
    case .object(let members):
      Node(members.map { (Self.node($0.key), $0.value.node) }, Tag(.map), members.isEmpty ? .flow : .block)
    }
  }

  private static func node(_ text: String) -> Node {
    if text.contains("\n") { return Node(text, Tag(.str), .literal) }
    // Quoted where a reader would take the bare word for something else than text.
    return Node(text, Tag(.str), Node(text).tag == Tag(.str) ? .any : .doubleQuoted)
  }
}
