/// Any JSON value, for manifests and patches, whose shape belongs to the server.
public enum JSONValue: Hashable, Sendable {
  /// `null`; in a merge patch it removes a member.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A whole number.
  case integer(Int64)
  /// Any other number.
  case number(Double)
  /// Text.
  case string(String)
  /// A list.
  case array([JSONValue])
  /// An object.
  case object([String: JSONValue])

  /// The member of an object; nil when there is none or this is no object.
  ///
  /// Setting nil removes it.
  public subscript(member: String) -> JSONValue? {
    get {
      guard case .object(let members) = self else { return nil }
      return members[member]
    }
    set {
      var members: [String: JSONValue] = [:]
      if case .object(let present) = self { members = present }
      members[member] = newValue
      self = .object(members)
    }
  }

  /// The members of an object; nil when this is none.
  public var members: [String: JSONValue]? {
    guard case .object(let members) = self else { return nil }
    return members
  }

  /// The elements of a list; nil when this is none.
  public var elements: [JSONValue]? {
    guard case .array(let elements) = self else { return nil }
    return elements
  }

  /// The text; nil when this is none.
  public var text: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }
}

extension JSONValue: ExpressibleByStringInterpolation, ExpressibleByBooleanLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// Takes the literal.
  public init(stringLiteral value: String) { self = .string(value) }
  /// Takes the literal.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// Takes the literal.
  public init(integerLiteral value: Int64) { self = .integer(value) }
  /// Takes the literal.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// Takes the literal.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(Dictionary(elements) { _, last in last })
  }
}

extension JSONValue: Codable {
  /// Reads the JSON form.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Int64.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  /// Writes the JSON form.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    case .array(let value): try container.encode(value)
    case .object(let value): try container.encode(value)
    }
  }
}
