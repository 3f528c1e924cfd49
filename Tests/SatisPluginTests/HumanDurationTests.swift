import KubernetesClient
import SatisPlugin
import Testing

@Suite struct HumanDurationTests {
  /// Pairs of seconds and what kubectl prints for them.
  @Test(
    arguments: [
      (-5, "0s"), (0, "0s"), (119, "119s"), (120, "2m"), (310, "5m10s"), (599, "9m59s"), (600, "10m"),
      (10_799, "179m"), (10_800, "3h"), (12_900, "3h35m"), (28_800, "8h"), (172_799, "47h"), (172_800, "2d"),
      (183_600, "2d3h"), (691_200, "8d"), (63_072_000, "2y"), (66_528_000, "2y40d"), (315_360_000, "10y"),
    ] as [(Int64, String)])
  func `an age is as short as kubectl prints it`(seconds: Int64, text: String) {
    #expect(HumanDuration(seconds: seconds).description == text)
  }

  @Test func `the time between two timestamps is theirs`() {
    let start = Timestamp(seconds: 1_000)
    #expect("\(HumanDuration(from: start, to: start + 90))" == "90s")
  }
}
