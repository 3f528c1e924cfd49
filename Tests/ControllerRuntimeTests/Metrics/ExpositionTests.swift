import Metrics
import Testing

@testable import ControllerRuntime

@Suite struct ExpositionTests {
  private func lines(_ registry: MetricsRegistry) -> [Substring] {
    registry.exposition().split(separator: "\n", omittingEmptySubsequences: false)
  }

  @Test func `a metric is described, then shown with its labels in the order of the description`() {
    let registry = MetricsRegistry([.counter("a_total", "What a is.", labels: ["first", "second"])])
    Counter(label: "a_total", dimensions: [("second", "2"), ("first", "1")], factory: registry).increment(
      by: 3)
    #expect(
      lines(registry) == [
        "# HELP a_total What a is.", "# TYPE a_total counter", #"a_total{first="1",second="2"} 3"#, "",
      ])
  }

  @Test func `metrics and label sets are sorted, whatever came first`() {
    let registry = MetricsRegistry([.gauge("b", "B."), .gauge("a", "A.", labels: ["x"])])
    for value in ["z", "b", "a"] { registry.set("a", [("x", value)], to: 1) }
    let samples = lines(registry).filter { !$0.hasPrefix("#") && !$0.isEmpty }
    #expect(samples == [#"a{x="a"} 1"#, #"a{x="b"} 1"#, #"a{x="z"} 1"#, "b 0"])
  }

  @Test func `a metric without labels is there from the start, one with labels is at least described`() {
    let registry = MetricsRegistry([
      .counter("a_total", "A."), .histogram("b_seconds", "B.", buckets: [1]),
      .counter("c_total", "C.", labels: ["x"]),
    ])
    #expect(
      lines(registry).filter { !$0.hasPrefix("# HELP") } == [
        "# TYPE a_total counter", "a_total 0", "# TYPE b_seconds histogram", #"b_seconds_bucket{le="1"} 0"#,
        #"b_seconds_bucket{le="+Inf"} 0"#, "b_seconds_sum 0", "b_seconds_count 0", "# TYPE c_total counter",
        "",
      ])
  }

  @Test func `a histogram counts each value in every bucket whose bound it does not exceed`() {
    let registry = MetricsRegistry([
      .histogram("a_seconds", "A.", labels: ["x"], buckets: [0.005, 0.5, 1, 2.5])
    ])
    let timer = Timer(label: "a_seconds", dimensions: [("x", "y")], factory: registry)
    for milliseconds in [1, 500, 501, 2_500, 60_000] { timer.recordMilliseconds(milliseconds) }
    #expect(
      lines(registry).dropFirst(2) == [
        #"a_seconds_bucket{x="y",le="0.005"} 1"#, #"a_seconds_bucket{x="y",le="0.5"} 2"#,
        #"a_seconds_bucket{x="y",le="1"} 3"#, #"a_seconds_bucket{x="y",le="2.5"} 4"#,
        #"a_seconds_bucket{x="y",le="+Inf"} 5"#, #"a_seconds_sum{x="y"} 63.502"#,
        #"a_seconds_count{x="y"} 5"#, "",
      ])
  }

  @Test func `a value that is no number spoils no sum`() {
    let registry = MetricsRegistry([.histogram("a_seconds", "A.", buckets: [1])])
    let recorder = Recorder(label: "a_seconds", dimensions: [], aggregate: true, factory: registry)
    recorder.record(Double.nan)
    recorder.record(0.5)
    #expect(lines(registry).suffix(3) == ["a_seconds_sum 0.5", "a_seconds_count 1", ""])
  }

  @Test(arguments: [
    (#"a"b"#, #"a\"b"#), (#"a\b"#, #"a\\b"#), ("a\nb", #"a\nb"#), ("a\r\nb", "a\r\\nb"), ("ä{}=,", "ä{}=,"),
  ])
  func `a label value cannot break its line`(value: String, shown: String) {
    let registry = MetricsRegistry([.gauge("a", "A.", labels: ["x"])])
    registry.set("a", [("x", value)], to: 1)
    #expect(registry.exposition().hasSuffix("\na{x=\"\(shown)\"} 1\n"))
  }

  @Test func `help cannot break its line, and keeps its quotes`() {
    let registry = MetricsRegistry([.gauge("a", "one\ntwo \\ \"three\"")])
    #expect(lines(registry).first == #"# HELP a one\ntwo \\ "three""#)
  }

  @Test(arguments: [
    (0.0, "0"), (3.0, "3"), (-2.0, "-2"), (0.25, "0.25"), (1e-8, "1e-08"), (1e21, "1e+21"),
    (Double.infinity, "+Inf"), (-Double.infinity, "-Inf"), (Double.nan, "NaN"),
  ])
  func `numbers are written as Go reads them`(value: Double, text: String) {
    #expect(value.metricText == text)
  }
}
