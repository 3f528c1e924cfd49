import KubernetesClient
public import SatisAPI

/// When to run, as crontab(5) has it: minute, hour, day of the month, month and day of the week.
///
/// Fields are lists of `*`, numbers, names and ranges, each with a step if wanted. Where both day fields are
/// restricted, that is do not begin with `*`, a day has to match only one of them (Vixie cron's rule).
struct CronExpression: Hashable, Sendable {
  /// Words that stand for whole expressions.
  static let shorthands: [(name: String, expression: String)] = [
    ("@hourly", "0 * * * *"), ("@daily", "0 0 * * *"), ("@midnight", "0 0 * * *"), ("@weekly", "0 0 * * 0"),
    ("@monthly", "0 0 1 * *"), ("@yearly", "0 0 1 1 *"), ("@annually", "0 0 1 1 *"),
  ]

  private let minute: CronField
  private let hour: CronField
  private let dayOfMonth: CronField
  private let month: CronField
  private let dayOfWeek: CronField

  /// Reads an expression.
  ///
  /// - Throws: `ScheduleProblem`, which names the field and the remedy; also for an expression that can never match.
  init(_ text: String) throws(ScheduleProblem) {
    var fields = text.split { $0 == " " || $0 == "\t" }
    if let word = fields.first, word.hasPrefix("@") {
      guard fields.count == 1,
        let known = Self.shorthands.first(where: { $0.name == word.lowercased() })
      else { throw .unknownShorthand(text) }
      fields = known.expression.split(separator: " ")
    }
    if let first = fields.first, first.hasPrefix("TZ=") || first.hasPrefix("CRON_TZ=") {
      throw .zoneInExpression
    }
    guard fields.count == 5 else { throw .fieldCount(fields.count) }
    minute = try CronField(fields[0], .minute)
    hour = try CronField(fields[1], .hour)
    dayOfMonth = try CronField(fields[2], .dayOfMonth)
    month = try CronField(fields[3], .month)
    dayOfWeek = try CronField(fields[4], .dayOfWeek)
    guard canMatch else { throw .neverMatches(text) }
  }

  /// Whether the expression follows the clock hour by hour instead of naming hours of the day.
  ///
  /// It then runs in both of two hours of the same name, and not at all in one that is left out, as in Vixie cron.
  var followsEveryHour: Bool { hour.beginsWithStar }

  // MARK: - Matching

  /// The first matching minute within a range of local time.
  ///
  /// - Parameter range: seconds since 1970-01-01T00:00:00 by the local clock.
  func firstMatch(in range: Range<Int64>) -> Int64? {
    var time = -floorDivide(-range.lowerBound, 60)
    while time * 60 < range.upperBound {
      let (day, start) = (floorDivide(time, 1_440), Int(time - floorDivide(time, 1_440) * 1_440))
      if matches(day: day), let found = firstMinute(from: start) {
        let match = (day * 1_440 + Int64(found)) * 60
        return match < range.upperBound ? match : nil
      }
      time = (day + 1) * 1_440
    }
    return nil
  }

  /// The last matching minute within a range of local time.
  func lastMatch(in range: Range<Int64>) -> Int64? {
    var time = floorDivide(range.upperBound - 1, 60)
    while time * 60 >= range.lowerBound {
      let (day, end) = (floorDivide(time, 1_440), Int(time - floorDivide(time, 1_440) * 1_440))
      if matches(day: day), let found = lastMinute(upTo: end) {
        let match = (day * 1_440 + Int64(found)) * 60
        return match >= range.lowerBound ? match : nil
      }
      time = day * 1_440 - 1
    }
    return nil
  }

  private func matches(day: Int64) -> Bool {
    let date = CivilDate(daysSinceEpoch: day)
    guard month.contains(Int(date.month)) else { return false }
    let byMonth = dayOfMonth.contains(Int(date.day))
    // 1970-01-01 was a Thursday.
    let byWeek = dayOfWeek.contains(Int(day + 4 - floorDivide(day + 4, 7) * 7))
    return eitherDayCounts ? byMonth || byWeek : byMonth && byWeek
  }

  private var eitherDayCounts: Bool { !dayOfMonth.beginsWithStar && !dayOfWeek.beginsWithStar }

  private var canMatch: Bool {
    // Every date falls on every day of the week in some year.
    eitherDayCounts
      || zip(1...12, [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]).contains { number, days in
        month.contains(number) && dayOfMonth.first(from: 1).map { $0 <= days } == true
      }
  }

  /// The first minute of a day that matches, from one on.
  private func firstMinute(from start: Int) -> Int? {
    guard let found = hour.first(from: start / 60) else { return nil }
    if found == start / 60 {
      if let minute = minute.first(from: start % 60) { return found * 60 + minute }
      return firstMinute(from: (found + 1) * 60)
    }
    return minute.first(from: 0).map { found * 60 + $0 }
  }

  private func lastMinute(upTo end: Int) -> Int? {
    guard end >= 0, let found = hour.last(upTo: end / 60) else { return nil }
    if found == end / 60 {
      if let minute = minute.last(upTo: end % 60) { return found * 60 + minute }
      return lastMinute(upTo: found * 60 - 1)
    }
    return minute.last(upTo: 59).map { found * 60 + $0 }
  }
}

/// Rounded towards the past, as the calendar needs it before 1970.
private func floorDivide(_ number: Int64, _ divisor: Int64) -> Int64 {
  let quotient = number / divisor
  return quotient * divisor > number ? quotient - 1 : quotient
}

extension SatisRepository.Schedule {
  /// An expression of five fields for what crontab(5) says in a word, as in `@daily`; itself where it is no such word.
  public static func fiveFields(_ expression: String) -> String {
    CronExpression.shorthands.first { $0.name == expression.lowercased() }?.expression ?? expression
  }
}
