import Testing

@testable import SatisController

@Suite struct CronExpressionTests {
  private static let minutes: [(text: String, first: Int64, last: Int64)] = [
    ("* * * * *", 0, 1_439), ("0 3 * * *", 180, 180), ("5,10 * * * *", 5, 23 * 60 + 10),
    ("50-59/3 22 * * *", 22 * 60 + 50, 22 * 60 + 59), ("*/25 * * * *", 0, 23 * 60 + 50),
    ("40/10 12 * * *", 12 * 60 + 40, 12 * 60 + 50), ("30 6-8,20 * * *", 390, 20 * 60 + 30),
    ("@hourly", 0, 23 * 60), ("@daily", 0, 0), ("@midnight", 0, 0), ("  0\t3  * * * ", 180, 180),
  ]

  @Test(arguments: minutes)
  func `the minutes of a day are those that the fields name`(text: String, first: Int64, last: Int64) throws {
    let expression = try CronExpression(text)
    #expect(expression.firstMatch(in: 0..<86_400) == first * 60)
    #expect(expression.lastMatch(in: 0..<86_400) == last * 60)
  }

  private static let days: [(text: String, days: [Int64])] = [
    // 1970-01-01 was a Thursday.
    ("0 0 * * 0", [3, 10, 17, 24, 31]), ("0 0 * * 7", [3, 10, 17, 24, 31]),
    ("0 0 * * SUN", [3, 10, 17, 24, 31]), ("0 0 * jan mon", [4, 11, 18, 25]),
    ("0 0 * * 5-7", [1, 2, 3, 8, 9, 10, 15, 16, 17, 22, 23, 24, 29, 30, 31]),
    ("0 0 * * SAT-SUN", [2, 3, 9, 10, 16, 17, 23, 24, 30, 31]), ("@weekly", [3, 10, 17, 24, 31]),
    ("0 0 */10 * *", [0, 10, 20, 30, 31]), ("@monthly", [0, 31]), ("@yearly", [0]), ("@Annually", [0]),
    // Either day counts when both are restricted, and both do when one begins with a star.
    ("0 0 1 * 1", [0, 4, 11, 18, 25, 31]), ("0 0 */2 * 1", [4, 18]),
  ]

  @Test(arguments: days)
  func `the days of January 1970 are those that the fields name`(text: String, days: [Int64]) throws {
    let expression = try CronExpression(text)
    var found: [Int64] = []
    var start: Int64 = 0
    while let match = expression.firstMatch(in: start..<32 * 86_400) {
      found.append(match / 86_400)
      start = match + 1
    }
    #expect(found == days)
  }

  private static let refused: [(text: String, words: String)] = [
    ("", "has 0 fields"), ("* * * *", "has 4 fields"), ("0 0 3 * * *", "has 6 fields"), ("@reboot", "@daily"),
    ("@daily 3", "'@daily 3' is none of"), ("TZ=UTC 0 3 * * *", "spec.schedule.timeZone"),
    ("CRON_TZ=UTC 0 3 * * *", "spec.schedule.timeZone"),
    ("60 * * * *", "'60' is no minute: write *, numbers"),
    ("* 24 * * *", "'24' is no hour"), ("* * 0 * *", "'0' is no day of the month"),
    ("* * 32 * *", "'32' is no day of the month"), ("* * * 13 *", "'13' is no month"),
    ("* * * foo *", "or JAN to DEC"), ("* * * * 8", "'8' is no day of the week"),
    ("* * * * MO", "or SUN to SAT"), ("*/0 * * * *", "a number from 1 to 60"),
    ("*/90 * * * *", "a number from 1 to 60"), ("1,,2 * * * *", "'1,,2' is no minute"),
    ("1- * * * *", "'1-' is no minute"), ("-1 * * * *", "'-1' is no minute"),
    ("+1 * * * *", "'+1' is no minute"), ("1/ * * * *", "'1/' is no minute"),
    ("1-2-3 * * * *", "'1-2-3' is no minute"), ("* 22-6 * * *", "write two, 22-23,0-6"),
    ("? * * * *", "'?' is no minute"), ("٣ * * * *", "is no minute"),
    ("99999999999999999999 * * * *", "is no minute"),
  ]

  @Test(arguments: refused)
  func `what is no expression is refused with the field and the remedy`(text: String, words: String) throws {
    let problem = try #require(throws: ScheduleProblem.self) { try CronExpression(text) }
    #expect(problem.description.contains(words))
  }

  @Test(arguments: ["0 0 30 2 *", "0 0 31 2,4,6,9,11 *", "0 0 30-31 feb */2"])
  func `an expression that never comes is refused`(text: String) throws {
    let problem = try #require(throws: ScheduleProblem.self) { try CronExpression(text) }
    #expect(problem == .neverMatches(text))
  }

  @Test(arguments: ["0 0 29 2 *", "0 0 30 2 1", "0 0 31 4,5 *", "0 0 31 * *"])
  func `an expression that comes seldom is taken`(text: String) throws {
    _ = try CronExpression(text)
  }

  @Test func `a message shows no more of a long text than it has room for`() throws {
    let problem = try #require(throws: ScheduleProblem.self) {
      try CronExpression(String(repeating: "x", count: 5_000) + " * * * *")
    }
    #expect(problem.description.count < 400)
  }
}
