/// A point in time as Kubernetes writes it in events and leases: with six fractional digits, UTC.
///
/// Source of the format: `metav1.MicroTime`, whose parser refuses fewer or more digits.
public struct MicroTime: Hashable, Comparable, Sendable {
  /// Microseconds since 1970-01-01T00:00:00Z.
  public var microseconds: Int64

  /// Creates a time from microseconds since 1970-01-01T00:00:00Z.
  public init(microseconds: Int64) {
    self.microseconds = microseconds
  }

  /// Parses RFC 3339 with any fraction, of which six digits count; nil when the text is something else.
  public init?(_ text: some StringProtocol) {
    guard let whole = Timestamp(text) else { return nil }
    var fraction: Int64 = 0
    if let dot = text.utf8.firstIndex(of: UInt8(ascii: ".")) {
      let digits = text.utf8[dot...].dropFirst().prefix { (0x30...0x39).contains($0) }.prefix(6)
      for digit in digits { fraction = fraction * 10 + Int64(digit - 0x30) }
      for _ in digits.count..<6 { fraction *= 10 }
    }
    microseconds = whole.seconds * 1_000_000 + fraction
  }

  /// Earlier first.
  public static func < (left: Self, right: Self) -> Bool { left.microseconds < right.microseconds }

  /// The time this much later, in whole microseconds.
  public static func + (time: Self, duration: Duration) -> Self {
    let (seconds, attoseconds) = duration.components
    return Self(microseconds: time.microseconds + seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
  }

  /// How much later the left time is.
  public static func - (left: Self, right: Self) -> Duration {
    .microseconds(left.microseconds - right.microseconds)
  }
}

extension MicroTime: CustomStringConvertible {
  /// RFC 3339 in UTC, as in `2026-03-29T01:00:00.000000Z`.
  public var description: String {
    let fraction = ((microseconds % 1_000_000) + 1_000_000) % 1_000_000
    let whole = Timestamp(seconds: (microseconds - fraction) / 1_000_000).description
    return "\(whole.dropLast()).\(String(fraction + 1_000_000).dropFirst())Z"
  }
}

extension MicroTime: Codable {
  /// Reads the JSON form.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let time = Self(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is no RFC 3339 time")
    }
    self = time
  }

  /// Writes the JSON form.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
