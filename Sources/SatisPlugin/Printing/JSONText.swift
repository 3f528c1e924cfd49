import KubernetesClient

extension JSONValue {
  /// JSON text with sorted members, each on a line of its own, indented as kubectl does.
  func indented() throws -> String { try indented(margin: "") }

  private func indented(margin: String) throws -> String {
    let inner = margin + "    "
    switch self {
    case .array(let elements) where !elements.isEmpty:
      let lines = try elements.map { inner + (try $0.indented(margin: inner)) }
      return "[\n\(lines.joined(separator: ",\n"))\n\(margin)]"
    case .object(let members) where !members.isEmpty:
      let lines = try members.sorted { $0.key < $1.key }.map { name, value in
        "\(inner)\(try JSONValue.string(name).serialized()): \(try value.indented(margin: inner))"
      }
      return "{\n\(lines.joined(separator: ",\n"))\n\(margin)}"
    default:
      return try serialized()
    }
  }
}
