/// An amount of a resource in the notation of Kubernetes, such as `500m` of cpu or `2Gi` of memory.
///
/// Kept as it was written: the server reads it, and whoever wrote it knows it again.
public struct Quantity: Codable, Hashable, Sendable, CustomStringConvertible {
  /// The amount as it was written.
  public var text: String

  /// Takes a text, whether or not it is a quantity.
  public init(_ text: String) {
    self.text = text
  }

  /// Reads the JSON form, a string or a whole number.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let number = try? container.decode(Int64.self) {
      text = String(number)
    } else {
      text = try container.decode(String.self)
    }
  }

  /// Writes the JSON form, a string.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }

  /// The text for messages.
  public var description: String { text }

  /// The amount in cores or bytes, for comparing; nil when the text is no quantity.
  ///
  /// Of the notation it knows what people write: digits, a fraction, and one of the suffixes below.
  public var amount: Double? {
    let suffix = text.drop { $0.isASCII && ($0.isWholeNumber || $0 == ".") }
    guard let unit = Self.units[String(suffix)] else { return nil }
    let parts = text.dropLast(suffix.count).split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty }), text.utf8.count <= 32 else { return nil }
    let fraction = parts.count == 2 ? parts[1] : ""
    guard let digits = Double(parts[0] + fraction) else { return nil }
    // One rounding at the end, so that 1.5Gi and 1536Mi are the same.
    let divisor = (0..<fraction.count).reduce(unit.divisor) { result, _ in result * 10 }
    return digits * unit.factor / divisor
  }

  private static let units: [String: (factor: Double, divisor: Double)] = [
    "m": (1, 1_000), "": (1, 1),
    "k": (1e3, 1), "M": (1e6, 1), "G": (1e9, 1), "T": (1e12, 1), "P": (1e15, 1), "E": (1e18, 1),
    "Ki": (0x1p10, 1), "Mi": (0x1p20, 1), "Gi": (0x1p30, 1), "Ti": (0x1p40, 1), "Pi": (0x1p50, 1),
    "Ei": (0x1p60, 1),
  ]
}

extension Quantity: ExpressibleByStringLiteral {
  /// Takes the literal.
  public init(stringLiteral value: String) { self.init(value) }
}
