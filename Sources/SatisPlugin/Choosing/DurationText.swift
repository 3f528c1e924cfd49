/// A limit of time as kubectl takes it: numbers with units, as in `30s`, `5m` or `1h30m`.
public struct DurationText: Hashable, Sendable {
  /// Whole seconds; 0 stands for no limit.
  public let seconds: Int64

  /// Reads the text; nil when it is none, or longer than a year.
  public init?(_ text: String) {
    guard text != "0" else {
      seconds = 0
      return
    }
    var total: Int64 = 0
    var rest = text[...]
    repeat {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      rest = rest.dropFirst(digits.count)
      let units: [Character: Int64] = ["h": 3_600, "m": 60, "s": 1]
      guard let number = Int64(digits), let unit = rest.popFirst().flatMap({ units[$0] }),
        number <= Self.longest / unit
      else { return nil }
      total += number * unit
    } while !rest.isEmpty
    guard total <= Self.longest else { return nil }
    seconds = total
  }

  private static let longest: Int64 = 365 * 86_400
}
