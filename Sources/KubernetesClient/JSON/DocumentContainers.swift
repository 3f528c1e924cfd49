/// The members of an object.
///
/// Few enough are searched in order, which costs less than a dictionary.
struct MemberContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
  private let decoder: DocumentDecoder
  private let places: [String: Int]?

  private static var mostSearched: Int32 { 32 }

  init(decoder: DocumentDecoder) {
    self.decoder = decoder
    let document = decoder.document
    if document.nodes[decoder.index].count > Self.mostSearched {
      var places: [String: Int] = [:]
      document.eachMember(of: decoder.index) { key, value in
        if let name = document.string(key) { places[name] = value }
      }
      self.places = places
    } else {
      places = nil
    }
  }

  var codingPath: [any CodingKey] { decoder.codingPath }

  var allKeys: [Key] {
    var keys: [Key] = []
    decoder.document.eachMember(of: decoder.index) { key, _ in
      if let key = decoder.document.string(key).flatMap({ Key(stringValue: $0) }) { keys.append(key) }
    }
    return keys
  }

  func contains(_ key: Key) -> Bool { place(key) != nil }

  func decodeNil(forKey key: Key) throws -> Bool { try member(key).decodeNil() }

  private func place(_ key: Key) -> Int? {
    var name = key.stringValue
    if let places { return places[name] }
    return name.withUTF8 { decoder.document.value(of: $0, in: decoder.index) }
  }

  private func member(_ key: Key) throws -> DocumentDecoder {
    guard let place = place(key) else {
      throw DecodingError.keyNotFound(key, decoder.context("'\(key.stringValue)' is missing"))
    }
    return decoder.at(place)
  }

  /// A member that is there and not null.
  private func present(_ key: Key) -> DocumentDecoder? {
    place(key).map(decoder.at).flatMap { $0.decodeNil() ? nil : $0 }
  }

  func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try member(key).bool() }
  func decode(_ type: String.Type, forKey key: Key) throws -> String { try member(key).string() }
  func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try member(key).double() }
  func decode(_ type: Float.Type, forKey key: Key) throws -> Float { Float(try member(key).double()) }
  func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try member(key).integer(type) }
  func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try member(key).integer(type) }
  func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try member(key).integer(type) }
  func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try member(key).integer(type) }
  func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try member(key).integer(type) }
  func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try member(key).integer(type) }
  func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try member(key).integer(type) }
  func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try member(key).integer(type) }
  func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try member(key).integer(type) }
  func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try member(key).integer(type) }

  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    try member(key).value(type)
  }

  // The ways to fields that may be missing, which most are, look the key up once instead of three times.

  func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? { try present(key)?.bool() }
  func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? { try present(key)?.string() }
  func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? { try present(key)?.integer(type) }
  func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? {
    try present(key)?.integer(type)
  }

  func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
    try present(key)?.value(type)
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> {
    try member(key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try member(key).unkeyedContainer()
  }

  func superDecoder() throws -> any Decoder {
    var name = "super"
    let place = name.withUTF8 { decoder.document.value(of: $0, in: decoder.index) }
    guard let place else {
      throw DecodingError.keyNotFound(DocumentKey(name), decoder.context("'\(name)' is missing"))
    }
    return decoder.at(place)
  }

  func superDecoder(forKey key: Key) throws -> any Decoder { try member(key) }
}

/// The elements of an array, one after the other.
struct ElementContainer: UnkeyedDecodingContainer {
  private let decoder: DocumentDecoder
  private var next: Int
  private(set) var currentIndex = 0

  init(decoder: DocumentDecoder) {
    self.decoder = decoder
    next = decoder.index + 1
  }

  var codingPath: [any CodingKey] { decoder.codingPath }
  var count: Int? { Int(decoder.document.nodes[decoder.index].count) }
  var isAtEnd: Bool { next >= decoder.document.after(decoder.index) }

  /// Decodes the next element, and only then leaves it behind.
  private mutating func take<Value>(_ read: (DocumentDecoder) throws -> Value) throws -> Value {
    guard !isAtEnd else {
      throw DecodingError.valueNotFound(Value.self, decoder.context("a further element is missing"))
    }
    let value = try read(decoder.at(next))
    next = decoder.document.after(next)
    currentIndex += 1
    return value
  }

  mutating func decodeNil() throws -> Bool {
    guard !isAtEnd, decoder.document.kind(next) == .null else { return false }
    return try take { _ in true }
  }

  mutating func decode(_ type: Bool.Type) throws -> Bool { try take { try $0.bool() } }
  mutating func decode(_ type: String.Type) throws -> String { try take { try $0.string() } }
  mutating func decode(_ type: Double.Type) throws -> Double { try take { try $0.double() } }
  mutating func decode(_ type: Float.Type) throws -> Float { try take { Float(try $0.double()) } }
  mutating func decode(_ type: Int.Type) throws -> Int { try take { try $0.integer(type) } }
  mutating func decode(_ type: Int8.Type) throws -> Int8 { try take { try $0.integer(type) } }
  mutating func decode(_ type: Int16.Type) throws -> Int16 { try take { try $0.integer(type) } }
  mutating func decode(_ type: Int32.Type) throws -> Int32 { try take { try $0.integer(type) } }
  mutating func decode(_ type: Int64.Type) throws -> Int64 { try take { try $0.integer(type) } }
  mutating func decode(_ type: UInt.Type) throws -> UInt { try take { try $0.integer(type) } }
  mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try take { try $0.integer(type) } }
  mutating func decode(_ type: UInt16.Type) throws -> UInt16 { try take { try $0.integer(type) } }
  mutating func decode(_ type: UInt32.Type) throws -> UInt32 { try take { try $0.integer(type) } }
  mutating func decode(_ type: UInt64.Type) throws -> UInt64 { try take { try $0.integer(type) } }

  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    try take { try $0.value(type) }
  }

  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) throws -> KeyedDecodingContainer<Nested> {
    try take { try $0.container(keyedBy: type) }
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try take { try $0.unkeyedContainer() }
  }

  mutating func superDecoder() throws -> any Decoder { try take { $0 } }
}
