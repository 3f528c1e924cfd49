import KubernetesClient
import Testing

@Suite struct MicroTimeTests {
  @Test(arguments: [
    (0, "1970-01-01T00:00:00.000000Z"), (1, "1970-01-01T00:00:00.000001Z"),
    (-1, "1969-12-31T23:59:59.999999Z"), (1_700_000_000_120_000, "2023-11-14T22:13:20.120000Z"),
  ])
  func `times are written with six digits and read back`(microseconds: Int64, text: String) {
    #expect(MicroTime(microseconds: microseconds).description == text)
    #expect(MicroTime(text)?.microseconds == microseconds)
  }

  @Test(arguments: [
    ("1970-01-01T00:00:01Z", 1_000_000), ("1970-01-01T00:00:00.5Z", 500_000),
    ("1970-01-01T00:00:00.123456789Z", 123_456), ("1970-01-01T01:00:00.1+01:00", 100_000),
  ])
  func `any fraction is read, to the microsecond`(text: String, microseconds: Int64) {
    #expect(MicroTime(text)?.microseconds == microseconds)
  }

  @Test(arguments: ["", "1970-01-01T00:00:00.Z", "1970-01-01", "now"])
  func `what is no time is refused`(text: String) {
    #expect(MicroTime(text) == nil)
  }

  @Test func `times are compared and moved by durations`() {
    let time = MicroTime(microseconds: 5)
    #expect(time + .seconds(1) > time)
    #expect((time + .milliseconds(1_500)) - time == .milliseconds(1_500))
  }
}
