import KubernetesClient

/// A manifest for people: members in an order that tells something, with comments.
indirect enum CommentedYAML {
  case scalar(JSONValue)
  /// A text of several lines, as it is.
  case literal(String)
  case map([Member])
  case list([CommentedYAML])

  /// A member, with a comment of its own above it.
  struct Member {
    var name: String
    var value: CommentedYAML
    var comment: String?

    init(_ name: String, _ value: CommentedYAML, comment: String? = nil) {
      self.name = name
      self.value = value
      self.comment = comment
    }
  }

  /// Any value, without comments.
  init(_ value: JSONValue) {
    self =
      switch value {
      case .object(let members) where !members.isEmpty:
        .map(members.sorted { $0.key < $1.key }.map { Member($0.key, Self($0.value)) })
      case .array(let elements) where !elements.isEmpty: .list(elements.map(Self.init))
      default: .scalar(value)
      }
  }

  /// A map without comments, in this order; nil leaves a member out.
  static func fields(_ members: KeyValuePairs<String, CommentedYAML?>) -> Self {
    .map(members.compactMap { name, value in value.map { Member(name, $0) } })
  }

  /// A text.
  static func text(_ text: String) -> Self { .scalar(.string(text)) }

  /// The text of the whole.
  func text() throws -> String { try lines().joined(separator: "\n") }

  private func lines() throws -> [String] {
    switch self {
    case .scalar(let value): [try Self.inline(value)]
    case .literal(let text): text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    case .map(let members): try members.flatMap(Self.lines)
    case .list(let elements):
      try elements.flatMap { element in
        try element.lines().enumerated().map { $0 == 0 ? "- \($1)" : "  \($1)" }
      }
    }
  }

  private static func lines(_ member: Member) throws -> [String] {
    let comment = (member.comment ?? "").split(separator: "\n").map { "# \($0)" }
    let name = try inline(.string(member.name))
    let value = try member.value.lines()
    return switch member.value {
    case .scalar: comment + ["\(name): \(value[0])"]
    case .literal: comment + ["\(name): |"] + value.map { $0.isEmpty ? "" : "  \($0)" }
    case .map, .list: comment + ["\(name):"] + value.map { $0.isEmpty ? "" : "  \($0)" }
    }
  }

  /// Bare where YAML reads the word as the text that it is; JSON is YAML everywhere else.
  private static func inline(_ value: JSONValue) throws -> String {
    guard case .string(let text) = value else { return try value.serialized() }
    let isBare =
      text.first.map { $0.isASCII && $0.isLetter } ?? false
      && text.utf8.allSatisfy { byte in
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "._/-".utf8.contains(byte)
      }
      && !["y", "n", "yes", "no", "on", "off", "true", "false", "null"].contains(text.lowercased())
    return isBare ? text : try value.serialized()
  }
}
