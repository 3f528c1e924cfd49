/// JSON in and out, with errors that say which field is wrong.
enum JSONCoding {
  static func encode(_ value: some Encodable) throws(JSONCodingError) -> [UInt8] {
    var writer = JSONWriter()
    do {
      let value = try ValueEncoder.encode(value)
      writer.makeRoom(for: value)
      try writer.write(value)
    } catch {
      throw JSONCodingError(error)
    }
    return writer.bytes
  }

  static func decode<Value: Decodable>(
    _ type: Value.Type, from bytes: some Collection<UInt8>
  ) throws(JSONCodingError) -> Value {
    var reader = try JSONReader(Array(bytes))
    let document = try reader.document()
    try reader.end()
    return try decode(type, from: document)
  }

  /// Decodes the object of an answer, without what the reader leaves out.
  static func decodeObject<Value: Decodable>(
    _ type: Value.Type, from bytes: [UInt8]
  ) throws(JSONCodingError) -> Value {
    var reader = try JSONReader(bytes)
    let document = try reader.document(cutting: .object)
    try reader.end()
    return try decode(type, from: document)
  }

  static func decode<Value: Decodable>(
    _ type: Value.Type, from document: JSONDocument
  ) throws(JSONCodingError) -> Value {
    do {
      return try DocumentDecoder(document: document, index: 0).value(type)
    } catch {
      throw JSONCodingError(error)
    }
  }
}

/// Where a JSON text does not fit a type.
struct JSONCodingError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }

  init(_ error: any Error) {
    func at(_ path: [any CodingKey]) -> String {
      let names = path.map { key in key.intValue.map { "[\($0)]" } ?? key.stringValue }
      return names.isEmpty ? "at the top" : "at \(names.joined(separator: "."))"
    }
    switch error {
    case DecodingError.keyNotFound(let key, let context):
      description = "'\(key.stringValue)' is missing \(at(context.codingPath))"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
      DecodingError.dataCorrupted(let context):
      description = "\(context.debugDescription) \(at(context.codingPath))"
    case EncodingError.invalidValue(_, let context):
      description = "\(context.debugDescription) \(at(context.codingPath))"
    default:
      description = "\(error)"
    }
  }
}

extension JSONValue {
  /// The JSON form of any encodable value.
  ///
  /// - Throws: what the value throws.
  public init(encoding value: some Encodable) throws {
    self = try ValueEncoder.encode(value)
  }

  /// Parses JSON text.
  ///
  /// - Throws: where the text is no JSON.
  public init(parsing text: some Collection<UInt8>) throws {
    self = try JSONCoding.decode(JSONValue.self, from: text)
  }

  /// Compact JSON text with sorted members: equal values give equal text.
  public func serialized() throws -> String {
    String(decoding: try JSONCoding.encode(self), as: UTF8.self)
  }
}
