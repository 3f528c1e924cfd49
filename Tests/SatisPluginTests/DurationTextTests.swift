import SatisPlugin
import Testing

@Suite struct DurationTextTests {
  @Test(arguments: [("0", 0), ("0s", 0), ("30s", 30), ("5m", 300), ("1h30m", 5_400), ("90m", 5_400)])
  func `a limit is read as kubectl reads it`(text: String, seconds: Int64) {
    #expect(DurationText(text)?.seconds == seconds)
  }

  @Test(arguments: [
    "", "5", "m", "5 m", "-5m", "5x", "1.5h", "5m3", "99999999999999999999s", "9223372036854775807h",
    "366h8760h",
  ])
  func `what is no limit of time is refused`(text: String) {
    #expect(DurationText(text) == nil)
  }
}
