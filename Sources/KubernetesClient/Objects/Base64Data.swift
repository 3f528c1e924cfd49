import FoundationEssentials

/// Bytes that travel as base64 text.
///
/// Their description never shows them.
public struct Base64Data: Codable, Hashable, Sendable, CustomStringConvertible {
  /// The bytes themselves.
  public var bytes: [UInt8]

  /// Wraps bytes.
  public init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Reads the JSON form.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let data = Data(base64Encoded: try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "no base64")
    }
    bytes = [UInt8](data)
  }

  /// Writes the JSON form.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(Data(bytes).base64EncodedString())
  }

  /// The text for messages.
  public var description: String { "<\(bytes.count) bytes>" }
}
