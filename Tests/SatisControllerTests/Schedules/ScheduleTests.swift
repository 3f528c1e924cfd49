import Foundation
import KubernetesClient
import Testing

@testable import SatisController

@Suite struct ScheduleTests {
  /// An expression, where it runs, a time, and the runs after it.
  struct Example: Sendable, CustomTestStringConvertible {
    var expression: String
    var zone: String
    var after: String
    var runs: [String]

    init(_ expression: String, _ zone: String, after: String, _ runs: String...) {
      (self.expression, self.zone, self.after, self.runs) = (expression, zone, after, runs)
    }

    var testDescription: String { "\(expression) in \(zone) after \(after)" }
  }

  private static let plain = [
    Example(
      "0 3 * * *", "UTC", after: "2026-01-31T03:00:00Z", "2026-02-01T03:00:00Z", "2026-02-02T03:00:00Z"),
    Example("0 3 * * *", "UTC", after: "2026-01-31T02:59:59Z", "2026-01-31T03:00:00Z"),
    Example("0 3 * * *", "Asia/Kolkata", after: "2026-01-01T00:00:00Z", "2026-01-01T21:30:00Z"),
    Example(
      "0 0 29 2 *", "UTC", after: "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"),
    Example("0 0 29 2 *", "UTC", after: "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z"),
    Example(
      "0 0 29 2 */7", "UTC", after: "2026-01-01T00:00:00Z", "2032-02-29T00:00:00Z", "2060-02-29T00:00:00Z"),
    Example(
      "0 0 31 * *", "UTC", after: "2026-01-31T00:00:00Z", "2026-03-31T00:00:00Z", "2026-05-31T00:00:00Z"),
    Example(
      "59 23 28-31 * *", "UTC", after: "2026-02-28T00:00:00Z", "2026-02-28T23:59:00Z", "2026-03-28T23:59:00Z"),
    Example("@yearly", "UTC", after: "2026-12-31T23:59:00Z", "2027-01-01T00:00:00Z", "2028-01-01T00:00:00Z"),
    // Whole days are missing where a zone has crossed the date line.
    Example(
      "0 3 * * *", "Pacific/Apia", after: "2011-12-29T13:00:00Z", "2011-12-30T10:00:00Z",
      "2011-12-30T13:00:00Z"),
  ]

  private static let clocksGoForward = [
    Example(
      "30 2 * * *", "Europe/Berlin", after: "2026-03-28T00:00:00Z", "2026-03-28T01:30:00Z",
      "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"),
    Example(
      "* 2 29 3 *", "Europe/Berlin", after: "2026-01-01T00:00:00Z", "2026-03-29T01:00:00Z",
      "2027-03-29T00:00:00Z"),
    Example(
      "0 2,3 29 3 *", "Europe/Berlin", after: "2026-01-01T00:00:00Z", "2026-03-29T01:00:00Z",
      "2027-03-29T00:00:00Z"),
    Example(
      "30 * * * *", "Europe/Berlin", after: "2026-03-29T00:00:00Z", "2026-03-29T00:30:00Z",
      "2026-03-29T01:30:00Z"),
    Example(
      "30 2 * * *", "America/New_York", after: "2026-03-08T00:00:00Z", "2026-03-08T07:00:00Z",
      "2026-03-09T06:30:00Z"),
    Example(
      "15 2 * * *", "Australia/Lord_Howe", after: "2026-10-02T16:00:00Z", "2026-10-03T15:30:00Z",
      "2026-10-04T15:15:00Z"),
    Example(
      "30 2 * * *", "Australia/Lord_Howe", after: "2026-10-02T16:00:00Z", "2026-10-03T15:30:00Z",
      "2026-10-04T15:30:00Z"),
    Example(
      "15 * * * *", "Australia/Lord_Howe", after: "2026-10-03T14:00:00Z", "2026-10-03T14:45:00Z",
      "2026-10-03T16:15:00Z"),
  ]

  private static let clocksGoBack = [
    Example(
      "30 2 * * *", "Europe/Berlin", after: "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z",
      "2026-10-26T01:30:00Z"),
    Example("30 2 * * *", "Europe/Berlin", after: "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"),
    Example("0 3 * * *", "Europe/Berlin", after: "2026-10-25T00:30:00Z", "2026-10-25T02:00:00Z"),
    Example(
      "*/30 1-3 25 10 *", "Europe/Berlin", after: "2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z",
      "2026-10-25T02:00:00Z", "2026-10-25T02:30:00Z"),
    Example(
      "30 * * * *", "Europe/Berlin", after: "2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z",
      "2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z"),
    Example(
      "30 1 * * *", "America/New_York", after: "2026-11-01T00:00:00Z", "2026-11-01T05:30:00Z",
      "2026-11-02T06:30:00Z"),
    Example(
      "30 * * * *", "America/New_York", after: "2026-11-01T05:00:00Z", "2026-11-01T05:30:00Z",
      "2026-11-01T06:30:00Z"),
    Example(
      "45 1 * * *", "Australia/Lord_Howe", after: "2026-04-04T00:00:00Z", "2026-04-04T14:45:00Z",
      "2026-04-05T15:15:00Z"),
    Example(
      "45 * * * *", "Australia/Lord_Howe", after: "2026-04-04T14:00:00Z", "2026-04-04T14:45:00Z",
      "2026-04-04T15:15:00Z", "2026-04-04T16:15:00Z"),
  ]

  @Test(arguments: plain + clocksGoForward + clocksGoBack)
  func `runs follow one another as the clock on the wall has it`(example: Example) throws {
    let schedule = try Schedule(example.expression, timeZone: example.zone)
    let start = try #require(Timestamp(example.after))
    var time = start
    var runs: [String] = []
    for _ in example.runs {
      time = try #require(schedule.next(after: time))
      runs.append("\(time)")
      // Looking back finds the same runs.
      #expect(schedule.latest(after: start, notAfter: time) == time)
      #expect(schedule.latest(after: start, notAfter: time + 1) == time)
      #expect(schedule.latest(after: time, notAfter: time) == nil)
    }
    #expect(runs == example.runs)
  }

  @Test(arguments: ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"])
  func `runs are those that one finds by looking at every minute of a year`(zone: String) throws {
    let start = try #require(Timestamp("2026-01-01T00:00:00Z"))
    let timeZone = try #require(TimeZone(identifier: zone))
    func zoneOffset(_ instant: Int64) -> Int64 {
      Int64(timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant))))
    }
    for expression in ["*/20 * * * *", "*/15 1-3 * * *", "0 2 * * 0", "45 1,2 1-10 * *"] {
      let cron = try CronExpression(expression)
      let schedule = try Schedule(expression, timeZone: zone)
      var expected: Set<Int64> = []
      var reached = start.seconds - 86_400 + zoneOffset(start.seconds - 86_400)
      for instant in stride(from: start.seconds - 86_400, to: start.seconds + 366 * 86_400, by: 60) {
        let local = instant + zoneOffset(instant)
        let isNew = local >= reached
        // What the clock has left out since the minute before is made up for now.
        let due = cron.followsEveryHour || !isNew ? local..<local + 60 : min(local, reached)..<local + 60
        if cron.followsEveryHour || isNew, cron.firstMatch(in: due) != nil { expected.insert(instant) }
        reached = max(reached, local + 60)
      }
      var previous = start
      for run in expected.sorted() where run > start.seconds {
        #expect(schedule.next(after: previous)?.seconds == run)
        #expect(schedule.latest(after: start, notAfter: Timestamp(seconds: run) + 59)?.seconds == run)
        previous = Timestamp(seconds: run)
      }
    }
  }

  // Minute by minute, this would take several minutes.
  @Test(.timeLimit(.minutes(1)))
  func `of a year of missed minutes the latest is found at once`() throws {
    let schedule = try Schedule("* * * * *", timeZone: "Europe/Berlin")
    let end = try #require(Timestamp("2026-10-25T01:30:30Z"))
    for _ in 0..<1_000 { #expect(schedule.latest(after: end + -366 * 86_400, notAfter: end) == end + -30) }
  }

  @Test func `nothing is missed before the first run and where the times are the wrong way round`() throws {
    let schedule = try Schedule("0 3 * * *")
    let noon = try #require(Timestamp("2026-01-01T12:00:00Z"))
    #expect(schedule.latest(after: noon, notAfter: noon + 3_600) == nil)
    #expect(schedule.latest(after: noon + 864_000, notAfter: noon) == nil)
  }

  @Test(arguments: ["Europe/Berln", "", "europe/berlin", "../../etc/passwd"])
  func `an unknown time zone is named`(zone: String) throws {
    let problem = try #require(throws: ScheduleProblem.self) { try Schedule("0 3 * * *", timeZone: zone) }
    #expect(problem == .unknownTimeZone(zone))
    #expect(problem.description.hasPrefix("'\(zone)' is no time zone"))
  }
}
