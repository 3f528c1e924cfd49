/// Decodes a value of a document: Swift types ask for what they want, and nothing else is looked at.
struct DocumentDecoder: Decoder {
  let document: JSONDocument
  /// The number of the value's node.
  let index: Int

  var userInfo: [CodingUserInfoKey: Any] { [:] }

  /// The way from the top of the document.
  ///
  /// It is looked up when somebody wants it, which is for messages only: keeping it would cost at every level.
  var codingPath: [any CodingKey] { document.path(to: index) }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard document.kind(index) == .object else { throw mismatch([String: Any].self, "an object") }
    return KeyedDecodingContainer(MemberContainer<Key>(decoder: self))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard document.kind(index) == .array else { throw mismatch([Any].self, "a list") }
    return ElementContainer(decoder: self)
  }

  func singleValueContainer() -> any SingleValueDecodingContainer { self }

  /// A decoder of another value of the document.
  func at(_ index: Int) -> DocumentDecoder { DocumentDecoder(document: document, index: index) }

  // MARK: - Values

  /// - Parameter type: what is decoded; the types that JSON knows take a short way.
  func value<Value: Decodable>(_ type: Value.Type) throws -> Value {
    if type == JSONValue.self, let value = try jsonValue() as? Value { return value }
    if type == [String: String].self, let value = try strings() as? Value { return value }
    return try Value(from: self)
  }

  func string() throws -> String {
    if let string = document.string(index) { return string }
    switch document.kind(index) {
    case .plainString, .escapedString:
      throw DecodingError.dataCorrupted(context("a string is no Unicode text"))
    default: throw mismatch(String.self, "a string")
    }
  }

  func bool() throws -> Bool {
    switch document.kind(index) {
    case .yes: true
    case .no: false
    default: throw mismatch(Bool.self, "a boolean")
    }
  }

  func integer<Number: FixedWidthInteger>(_ type: Number.Type) throws -> Number {
    guard document.kind(index) == .number else { throw mismatch(type, "a number") }
    guard let number = document.integer(index, type) else {
      let text = String(decoding: document.text(index), as: UTF8.self)
      throw DecodingError.dataCorrupted(context("\(text) does not fit into \(type)"))
    }
    return number
  }

  func double() throws -> Double {
    guard document.kind(index) == .number else { throw mismatch(Double.self, "a number") }
    guard let number = document.double(index) else {
      throw DecodingError.dataCorrupted(context("a number is too large"))
    }
    return number
  }

  private func strings() throws -> [String: String] {
    guard document.kind(index) == .object else { throw mismatch([String: Any].self, "an object") }
    var strings: [String: String] = [:]
    strings.reserveCapacity(Int(document.nodes[index].count))
    try document.eachMember(of: index) { key, value in
      strings[try at(key).string()] = try at(value).string()
    }
    return strings
  }

  private func jsonValue() throws -> JSONValue {
    switch document.kind(index) {
    case .null: return .null
    case .yes: return .bool(true)
    case .no: return .bool(false)
    case .plainString, .escapedString: return .string(try string())
    case .number:
      return try document.integer(index, Int64.self).map { .integer($0) } ?? .number(double())
    case .array:
      var elements: [JSONValue] = []
      var element = index + 1
      while element < document.after(index) {
        elements.append(try at(element).jsonValue())
        element = document.after(element)
      }
      return .array(elements)
    case .object:
      var members: [String: JSONValue] = [:]
      try document.eachMember(of: index) { key, value in
        members[try at(key).string()] = try at(value).jsonValue()
      }
      return .object(members)
    }
  }

  // MARK: - Errors

  func mismatch(_ type: Any.Type, _ expected: String) -> DecodingError {
    let words = "\(expected) is expected, not \(document.kind(index).words),"
    return document.kind(index) == .null
      ? .valueNotFound(type, context(words)) : .typeMismatch(type, context(words))
  }

  func context(_ words: String) -> DecodingError.Context {
    DecodingError.Context(codingPath: codingPath, debugDescription: words)
  }
}

extension DocumentDecoder: SingleValueDecodingContainer {
  func decodeNil() -> Bool { document.kind(index) == .null }
  func decode(_ type: Bool.Type) throws -> Bool { try bool() }
  func decode(_ type: String.Type) throws -> String { try string() }
  func decode(_ type: Double.Type) throws -> Double { try double() }
  func decode(_ type: Float.Type) throws -> Float { Float(try double()) }
  func decode(_ type: Int.Type) throws -> Int { try integer(type) }
  func decode(_ type: Int8.Type) throws -> Int8 { try integer(type) }
  func decode(_ type: Int16.Type) throws -> Int16 { try integer(type) }
  func decode(_ type: Int32.Type) throws -> Int32 { try integer(type) }
  func decode(_ type: Int64.Type) throws -> Int64 { try integer(type) }
  func decode(_ type: UInt.Type) throws -> UInt { try integer(type) }
  func decode(_ type: UInt8.Type) throws -> UInt8 { try integer(type) }
  func decode(_ type: UInt16.Type) throws -> UInt16 { try integer(type) }
  func decode(_ type: UInt32.Type) throws -> UInt32 { try integer(type) }
  func decode(_ type: UInt64.Type) throws -> UInt64 { try integer(type) }
  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try value(type) }
}

extension JSONDocument {
  /// The keys that lead to a value from the top.
  func path(to index: Int) -> [any CodingKey] {
    var path: [any CodingKey] = []
    var container = 0
    while container != index {
      let inner = container + 1
      switch kind(container) {
      case .object:
        var key = inner
        // A key belongs to its member.
        while after(key + 1) <= index { key = after(key + 1) }
        path.append(DocumentKey(string(key) ?? ""))
        container = index == key ? index : key + 1
      case .array:
        var element = inner
        var number = 0
        while after(element) <= index {
          element = after(element)
          number += 1
        }
        path.append(DocumentKey(number))
        container = element
      default:
        return path
      }
    }
    return path
  }
}

/// A member's name or an element's number.
struct DocumentKey: CodingKey {
  let stringValue: String
  let intValue: Int?

  init(_ name: String) {
    stringValue = name
    intValue = nil
  }

  init(_ number: Int) {
    stringValue = String(number)
    intValue = number
  }

  init?(stringValue: String) { self.init(stringValue) }
  init?(intValue: Int) { self.init(intValue) }
}
