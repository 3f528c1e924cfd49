/// One field of a cron expression: the numbers that it lets pass.
struct CronField: Hashable, Sendable {
  /// Which of the five fields; the raw values are the words of messages.
  enum Kind: String, Hashable, Sendable, CaseIterable {
    case minute
    case hour
    case dayOfMonth = "day of the month"
    case month
    case dayOfWeek = "day of the week"

    /// The numbers that may be written.
    var range: ClosedRange<Int> {
      switch self {
      case .minute: 0...59
      case .hour: 0...23
      case .dayOfMonth: 1...31
      case .month: 1...12
      // Both 0 and 7 are Sunday.
      case .dayOfWeek: 0...7
      }
    }

    /// Words for the numbers, from the field's lowest on.
    var names: [String] {
      switch self {
      case .minute, .hour, .dayOfMonth: []
      case .month: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
      case .dayOfWeek: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
      }
    }

    /// How a value of the field is written.
    fileprivate var remedy: String {
      let words = names.first.flatMap { first in
        names.last.map { " or \(first.uppercased()) to \($0.uppercased())" }
      }
      return
        "write *, numbers from \(range.lowerBound) to \(range.upperBound)\(words ?? ""), lists (1,2), ranges (1-5) "
        + "or steps (*/2)"
    }
  }

  private let bits: UInt64
  /// Whether the field begins with `*`.
  ///
  /// Vixie cron takes such a field for "not restricted", also where a step follows.
  let beginsWithStar: Bool

  /// Reads a field.
  init(_ text: Substring, _ kind: Kind) throws(ScheduleProblem) {
    var bits: UInt64 = 0
    for item in text.split(separator: ",", omittingEmptySubsequences: false) {
      for number in try Self.numbers(item, of: text, kind) {
        bits |= 1 << UInt64(kind == .dayOfWeek ? number % 7 : number)
      }
    }
    self.bits = bits
    beginsWithStar = text.hasPrefix("*")
  }

  /// Whether the field lets a number pass.
  func contains(_ number: Int) -> Bool { bits & (1 << UInt64(number)) != 0 }

  /// The lowest number that passes, from a number on.
  func first(from number: Int) -> Int? {
    guard number < 64 else { return nil }
    let rest = bits >> UInt64(max(number, 0))
    return rest == 0 ? nil : max(number, 0) + rest.trailingZeroBitCount
  }

  /// The highest number that passes, up to a number.
  func last(upTo number: Int) -> Int? {
    guard number >= 0 else { return nil }
    let rest = bits << UInt64(63 - min(number, 63))
    return rest == 0 ? nil : min(number, 63) - rest.leadingZeroBitCount
  }

  // MARK: - Reading

  private static func numbers(
    _ item: Substring, of text: Substring, _ kind: Kind
  ) throws(ScheduleProblem) -> StrideThrough<Int> {
    func problem(_ remedy: String) -> ScheduleProblem { .field(kind, text: String(text), remedy: remedy) }
    let parts = item.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    var step = 1
    if parts.count == 2 {
      guard let number = decimal(parts[1]), (1...kind.range.count).contains(number) else {
        throw problem("the step after / is a number from 1 to \(kind.range.count)")
      }
      step = number
    }
    let range = parts[0]
    if range == "*" {
      // Not to 7, which is Sunday again: a step would count it twice.
      let last = kind == .dayOfWeek ? 6 : kind.range.upperBound
      return stride(from: kind.range.lowerBound, through: last, by: step)
    }
    let ends = range.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = number(ends[0], kind), var last = number(ends[ends.count - 1], kind) else {
      throw problem(kind.remedy)
    }
    // `5/10` means from 5 on, as in Kubernetes' CronJobs.
    if ends.count == 1, parts.count == 2 { last = kind == .dayOfWeek ? 6 : kind.range.upperBound }
    if kind == .dayOfWeek, last == 0, first > 0 { last = 7 }
    guard first <= last else {
      throw problem(
        "the range \(range) runs backwards; write two, \(ends[0])-\(kind.range.upperBound),"
          + "\(kind.range.lowerBound)-\(ends[1])")
    }
    return stride(from: first, through: last, by: step)
  }

  private static func number(_ text: Substring, _ kind: Kind) -> Int? {
    if let index = kind.names.firstIndex(of: text.lowercased()) { return kind.range.lowerBound + index }
    guard let number = decimal(text), kind.range.contains(number) else { return nil }
    return number
  }

  /// Not `Int(_:)`, which takes signs as well.
  private static func decimal(_ text: Substring) -> Int? {
    guard (1...4).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    return Int(text)
  }
}
