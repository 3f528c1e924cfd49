/// A point in time as Kubernetes writes it in `metadata` and in most status fields: whole seconds, UTC.
///
/// Source of the format: `metav1.Time`, which is RFC 3339 without a fraction. A fraction in the input is
/// accepted and dropped. Parsed by hand since formatters cost more than the rest of decoding an object.
public struct Timestamp: Hashable, Comparable, Sendable {
  /// Seconds since 1970-01-01T00:00:00Z.
  public var seconds: Int64

  /// Creates a timestamp from seconds since 1970-01-01T00:00:00Z.
  public init(seconds: Int64) {
    self.seconds = seconds
  }

  /// Parses RFC 3339, with `Z` or a numeric offset; nil when the text is something else.
  public init?(_ text: some StringProtocol) {
    var scanner = DigitScanner(text.utf8)
    guard
      let year = scanner.number(digits: 4), scanner.skip("-"), let month = scanner.number(digits: 2),
      scanner.skip("-"), let day = scanner.number(digits: 2), scanner.skip("T"),
      let hour = scanner.number(digits: 2), scanner.skip(":"), let minute = scanner.number(digits: 2),
      scanner.skip(":"), let second = scanner.number(digits: 2),
      (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60
    else { return nil }
    if scanner.skip(".") {
      guard scanner.skipDigits() else { return nil }
    }
    guard let offset = scanner.zoneOffset(), scanner.isAtEnd else { return nil }
    let days = CivilDate(year: year, month: month, day: day).daysSinceEpoch
    // The 30th of February would be the 1st or 2nd of March.
    guard Self(seconds: days * 86_400).civilDate.day == day else { return nil }
    seconds = ((days * 24 + hour) * 60 + minute) * 60 + second - offset
  }

  /// Earlier first.
  public static func < (left: Self, right: Self) -> Bool { left.seconds < right.seconds }

  /// The timestamp this many seconds later.
  public static func + (timestamp: Self, seconds: Int64) -> Self {
    Self(seconds: timestamp.seconds + seconds)
  }

  /// Seconds from the right timestamp to the left one.
  public static func - (left: Self, right: Self) -> Int64 { left.seconds - right.seconds }

  private var civilDate: CivilDate {
    CivilDate(daysSinceEpoch: (seconds >= 0 ? seconds : seconds - 86_399) / 86_400)
  }
}

extension Timestamp: CustomStringConvertible {
  /// RFC 3339 in UTC, as in `2026-03-29T01:00:00Z`.
  public var description: String {
    let date = civilDate
    let second = ((seconds % 86_400) + 86_400) % 86_400
    func padded(_ number: Int64, _ width: Int) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
      + "T\(padded(second / 3_600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))Z"
  }
}

extension Timestamp: Codable {
  /// Reads the JSON form.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let timestamp = Self(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is no RFC 3339 time")
    }
    self = timestamp
  }

  /// Writes the JSON form.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

/// Reads fixed-width decimal fields from UTF-8 text.
private struct DigitScanner<Text: Collection<UInt8>> {
  private var rest: Text.SubSequence

  init(_ text: Text) {
    rest = text[...]
  }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func number(digits: Int) -> Int64? {
    var value: Int64 = 0
    for _ in 0..<digits {
      guard let byte = rest.first, (0x30...0x39).contains(byte) else { return nil }
      value = value * 10 + Int64(byte - 0x30)
      rest = rest.dropFirst()
    }
    return value
  }

  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard let byte = rest.first, UInt32(byte) == character.value else { return false }
    rest = rest.dropFirst()
    return true
  }

  /// Skips at least one digit.
  mutating func skipDigits() -> Bool {
    guard number(digits: 1) != nil else { return false }
    while number(digits: 1) != nil {}
    return true
  }

  /// Seconds east of UTC.
  mutating func zoneOffset() -> Int64? {
    if skip("Z") { return 0 }
    let sign: Int64
    if skip("+") { sign = 1 } else if skip("-") { sign = -1 } else { return nil }
    guard let hours = number(digits: 2), skip(":"), let minutes = number(digits: 2), hours < 24, minutes < 60
    else { return nil }
    return sign * (hours * 3_600 + minutes * 60)
  }
}
