import FoundationEssentials
import KubernetesClient
import SeededRandom
import TestSupport
import Testing

@Suite struct TimestampTests {
  @Test(arguments: [
    ("1970-01-01T00:00:00Z", 0),
    ("1969-12-31T23:59:59Z", -1),
    ("2000-02-29T12:00:00Z", 951_825_600),
    ("2023-11-14T22:13:20Z", 1_700_000_000),
    ("2038-01-19T03:14:08Z", 2_147_483_648),
    ("0001-01-01T00:00:00Z", -62_135_596_800),
    ("9999-12-31T23:59:59Z", 253_402_300_799),
  ])
  func `known times are read and written`(text: String, seconds: Int64) {
    #expect(Timestamp(text)?.seconds == seconds)
    #expect(Timestamp(seconds: seconds).description == text)
  }

  @Test func `every day of four centuries is read back and follows the one before`() {
    let start = Timestamp(seconds: -11_644_473_600)  // 1601-01-01
    for day in 0..<146_097 {
      let timestamp = start + Int64(day) * 86_400 + Int64(day % 86_400)
      guard Timestamp(timestamp.description) == timestamp else {
        Issue.record("\(timestamp) is not read back")
        return
      }
    }
    #expect((start + 146_097 * 86_400).description == "2001-01-01T00:00:00Z")
  }

  @Test func `random times are written as Foundation writes them`() {
    // From 1601 on: before 1582 Foundation counts in the Julian calendar.
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<2_000 {
      let seconds = Int64.random(in: -11_644_473_600...253_402_300_799, using: &generator)
      let expected = Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
      #expect(Timestamp(seconds: seconds).description == expected)
    }
  }

  @Test(arguments: [
    ("2024-02-29T23:59:59+00:00", "2024-02-29T23:59:59Z"),
    ("2024-03-01T00:30:00+01:00", "2024-02-29T23:30:00Z"),
    ("2023-12-31T20:00:00-05:30", "2024-01-01T01:30:00Z"),
    ("2024-01-01T00:00:00.9Z", "2024-01-01T00:00:00Z"),
    ("2024-01-01T00:00:00.123456Z", "2024-01-01T00:00:00Z"),
    ("2024-01-01T00:00:00.123456789-01:00", "2024-01-01T01:00:00Z"),
    ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
  ])
  func `offsets are taken off, fractions dropped and a leap second is the next minute`(
    text: String, same: String
  ) {
    #expect(Timestamp(text)?.description == same)
  }

  @Test(arguments: [
    "", "2024", "2024-01-01", "2024-01-01 00:00:00Z", "2024-01-01T00:00:00", "2024-01-01T00:00Z",
    "2024-1-01T00:00:00Z", "24-01-01T00:00:00Z", "2024-00-01T00:00:00Z", "2024-13-01T00:00:00Z",
    "2024-01-00T00:00:00Z", "2024-01-32T00:00:00Z", "2024-04-31T00:00:00Z", "2024-02-30T00:00:00Z",
    "2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z",
    "2024-01-01T00:00:61Z", "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00+1:00", "2024-01-01T00:00:00+0100",
    "2024-01-01T00:00:00+24:00", "2024-01-01T00:00:00+01:60", "2024-01-01T00:00:00Zz",
    " 2024-01-01T00:00:00Z",
    "+024-01-01T00:00:00Z", "٢٠٢٤-01-01T00:00:00Z",
  ])
  func `what is no time of the calendar is refused`(text: String) {
    #expect(Timestamp(text) == nil)
  }

  @Test func `a time that cannot be read names itself`() throws {
    let error = try #require(throws: DecodingError.self) {
      try JSONDecoder().decode([Timestamp].self, from: Data(#"["yesterday"]"#.utf8))
    }
    #expect("\(error)".contains("'yesterday' is no RFC 3339 time"))
  }

  @Test func `times are compared and moved by seconds`() {
    let noon = Timestamp(seconds: 43_200)
    #expect(noon + 60 > noon)
    #expect((noon + 60) - noon == 60)
  }
}
