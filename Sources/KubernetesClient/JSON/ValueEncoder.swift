/// Encodes a Swift value into a `JSONValue`.
///
/// Types that JSON knows take a short way; everything else writes itself, member by member.
struct ValueEncoder {
  /// The JSON form of a value; an empty object where it writes nothing.
  ///
  /// - Throws: what the value throws.
  static func encode(_ value: some Encodable) throws -> JSONValue {
    try encode(value, at: nil)
  }

  fileprivate static func encode<Value: Encodable>(_ value: Value, at place: Place?) throws -> JSONValue {
    // Types are compared first, since a cast that fails is slow.
    if Value.self == JSONValue.self, let value = value as? JSONValue { return value }
    if Value.self == [String: String].self, let value = value as? [String: String] {
      return .object(value.mapValues(JSONValue.string))
    }
    let box = Box(place)
    try value.encode(to: box)
    return box.value
  }

  fileprivate static func integer(
    _ value: some BinaryInteger & Sendable, at path: [any CodingKey]
  ) throws -> JSONValue {
    guard let integer = Int64(exactly: value) else {
      throw EncodingError.invalidValue(
        value, .init(codingPath: path, debugDescription: "\(value) does not fit into 64 bits"))
    }
    return .integer(integer)
  }
}

/// Where in a value an encoder is, for messages only.
private final class Place {
  let key: any CodingKey
  let outer: Place?

  init(_ key: any CodingKey, in outer: Place?) {
    self.key = key
    self.outer = outer
  }

  var path: [any CodingKey] { (outer?.path ?? []) + [key] }
}

/// The value that one encoder makes.
///
/// A class, since a container that is handed out may be written to until the whole is read.
private final class Box: Encoder {
  private enum Content {
    case empty
    case single(JSONValue)
    case object([String: JSONValue])
    case array([JSONValue])
  }

  let place: Place?
  private var content = Content.empty
  /// Containers within this one that were handed out, with the members or elements that they are.
  private var inner: [(key: any CodingKey, box: Box)] = []

  init(_ place: Place?) {
    self.place = place
  }

  var codingPath: [any CodingKey] { place?.path ?? [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  var value: JSONValue {
    switch content {
    case .empty: return [:]
    case .single(let value): return value
    case .object(var members):
      for (key, box) in inner { members[key.stringValue] = box.value }
      return .object(members)
    case .array(var elements):
      for (key, box) in inner { if let index = key.intValue { elements[index] = box.value } }
      return .array(elements)
    }
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    beginObject()
    return KeyedEncodingContainer(Members<Key>(box: self))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    beginArray()
    return Elements(box: self)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { self }

  // MARK: - Writing

  func beginObject() {
    // A type and the one it wraps may write into one object.
    if case .object = content { return }
    content = .object([:])
  }

  func beginArray() {
    if case .array = content { return }
    content = .array([])
  }

  var count: Int {
    if case .array(let elements) = content { elements.count } else { 0 }
  }

  func set(_ value: JSONValue, _ key: some CodingKey) {
    guard case .object(var members) = content else { return }
    // Without a second owner the members are changed in place.
    content = .empty
    members[key.stringValue] = value
    content = .object(members)
  }

  func append(_ value: JSONValue) {
    guard case .array(var elements) = content else { return }
    content = .empty
    elements.append(value)
    content = .array(elements)
  }

  func set(single value: JSONValue) {
    content = .single(value)
  }

  /// A box for a container within this one, whose place is kept by a null.
  func nested(_ key: some CodingKey) -> Box {
    let box = Box(Place(key, in: place))
    if case .array = content { append(.null) } else { set(.null, key) }
    inner.append((key, box))
    return box
  }
}

extension Box: SingleValueEncodingContainer {
  func encodeNil() { set(single: .null) }
  func encode(_ value: Bool) { set(single: .bool(value)) }
  func encode(_ value: String) { set(single: .string(value)) }
  func encode(_ value: Double) { set(single: .number(value)) }
  func encode(_ value: Float) { set(single: .number(Double(value))) }
  func encode(_ value: some BinaryInteger & Encodable & Sendable) throws {
    set(single: try ValueEncoder.integer(value, at: codingPath))
  }
  func encode(_ value: some Encodable) throws {
    set(single: try ValueEncoder.encode(value, at: place))
  }
}

/// The members of an object.
private struct Members<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let box: Box

  var codingPath: [any CodingKey] { box.codingPath }

  func encodeNil(forKey key: Key) { box.set(.null, key) }
  func encode(_ value: Bool, forKey key: Key) { box.set(.bool(value), key) }
  func encode(_ value: String, forKey key: Key) { box.set(.string(value), key) }
  func encode(_ value: Double, forKey key: Key) { box.set(.number(value), key) }
  func encode(_ value: Float, forKey key: Key) { box.set(.number(Double(value)), key) }
  func encode(_ value: some BinaryInteger & Encodable & Sendable, forKey key: Key) throws {
    box.set(try ValueEncoder.integer(value, at: codingPath + [key]), key)
  }
  func encode(_ value: some Encodable, forKey key: Key) throws {
    box.set(try ValueEncoder.encode(value, at: Place(key, in: box.place)), key)
  }

  func nestedContainer<Inner: CodingKey>(
    keyedBy type: Inner.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Inner> {
    box.nested(key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    box.nested(key).unkeyedContainer()
  }

  func superEncoder() -> any Encoder { box.nested(DocumentKey("super")) }
  func superEncoder(forKey key: Key) -> any Encoder { box.nested(key) }
}

/// The elements of a list.
private struct Elements: UnkeyedEncodingContainer {
  let box: Box

  var codingPath: [any CodingKey] { box.codingPath }
  var count: Int { box.count }
  private var key: DocumentKey { DocumentKey(count) }

  func encodeNil() { box.append(.null) }
  func encode(_ value: Bool) { box.append(.bool(value)) }
  func encode(_ value: String) { box.append(.string(value)) }
  func encode(_ value: Double) { box.append(.number(value)) }
  func encode(_ value: Float) { box.append(.number(Double(value))) }
  func encode(_ value: some BinaryInteger & Encodable & Sendable) throws {
    box.append(try ValueEncoder.integer(value, at: codingPath + [key]))
  }
  func encode(_ value: some Encodable) throws {
    box.append(try ValueEncoder.encode(value, at: Place(key, in: box.place)))
  }

  func nestedContainer<Inner: CodingKey>(keyedBy type: Inner.Type) -> KeyedEncodingContainer<Inner> {
    box.nested(key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { box.nested(key).unkeyedContainer() }
  func superEncoder() -> any Encoder { box.nested(key) }
}
