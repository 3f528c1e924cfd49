import Testing

@testable import ControllerRuntime

@Suite struct ProcessMetricsTests {
  @Test func `the fields are found behind any name of a program`() throws {
    let stat =
      "7 (a b) c) S 1 7 7 0 -1 4194560 100 0 0 0 150 50 0 0 20 0 4 0 2500 1048576 25 18446744073709551615 1 1 0"
    let statistics = try #require(
      ProcessStatistics(
        stat: stat, systemStat: "cpu  1 2 3\nbtime 1700000000\nprocesses 9\n", ticksPerSecond: 100,
        pageBytes: 4_096))
    #expect(statistics.cpuSeconds == 2)
    #expect(statistics.virtualBytes == 1_048_576)
    #expect(statistics.residentBytes == 102_400)
    #expect(statistics.startTime == 1_700_000_025)
  }

  @Test(arguments: ["", "7 (a) S 1 2", "7 a S"])
  func `what is cut off is not guessed`(stat: String) {
    #expect(
      ProcessStatistics(stat: stat, systemStat: "btime 1\n", ticksPerSecond: 100, pageBytes: 4_096) == nil)
  }

  @Test func `this process has a start, memory and open files`() throws {
    let registry = MetricsRegistry(ProcessMetrics.descriptions)
    ProcessMetrics.follow(in: registry)
    let text = registry.exposition()
    for description in ProcessMetrics.descriptions {
      let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("\(description.name) ") })
      #expect(try #require(Double(line.dropFirst(description.name.count + 1))) > 0)
    }
    #expect(registry.problems.isEmpty)
  }
}
