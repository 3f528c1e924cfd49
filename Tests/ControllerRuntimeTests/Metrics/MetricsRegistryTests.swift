import ControllerRuntime
import Metrics
import Synchronization
import Testing

@Suite struct MetricsRegistryTests {
  private let registry = MetricsRegistry([
    .counter("a_total", "A.", labels: ["x"]), .gauge("b", "B."),
    .histogram("c_seconds", "C.", buckets: [1]), .counter("d_total", "D."),
  ])

  private func samples(_ name: String, in registry: MetricsRegistry) -> [Substring] {
    registry.exposition().split(separator: "\n").filter { $0.hasPrefix(name) }
  }

  @Test func `the same labels lead to the same number`() {
    for _ in 0..<2 { Counter(label: "a_total", dimensions: [("x", "1")], factory: registry).increment() }
    #expect(samples("a_total", in: registry) == [#"a_total{x="1"} 2"#])
  }

  @Test func `beyond the limit new label sets are counted together`() {
    let registry = MetricsRegistry([.counter("a_total", "A.", labels: ["x", "y"])], maximumLabelSets: 2)
    for value in ["1", "2", "3", "4", "1"] {
      Counter(label: "a_total", dimensions: [("x", value), ("y", "-")], factory: registry).increment()
    }
    #expect(
      samples("a_total", in: registry) == [
        #"a_total{x="1",y="-"} 2"#, #"a_total{x="2",y="-"} 1"#, #"a_total{x="other",y="other"} 2"#,
      ])
    #expect(registry.problems.isEmpty)
  }

  @Test func `a gauge of what comes and goes shows what is there at the moment`() {
    let registry = MetricsRegistry([
      .gauge("a", "A.", labels: ["x"]), .counter("b_total", "B.", labels: ["x"]),
    ])
    registry.replace("a", with: [1, 2]) { [([("x", "\($0)")], Double($0))] }
    #expect(samples("a", in: registry) == [#"a{x="1"} 1"#, #"a{x="2"} 2"#])
    registry.replace("a", with: [2, 3]) { $0 == 3 ? [] : [([("x", "\($0)")], 7)] }
    #expect(samples("a", in: registry) == [#"a{x="2"} 7"#])
    #expect(registry.problems.isEmpty)
    registry.replace("a", with: [1]) { [([("y", "\($0)")], 1)] }
    registry.replace("b_total", with: [1]) { [([("x", "\($0)")], 1)] }
    #expect(
      registry.problems == ["a has the labels [x], and not those that were given", "b_total is no gauge"])
    #expect(samples("b_total", in: registry).isEmpty)
  }

  @Test func `what is not described is reported once and measured nowhere`() {
    let reports = Mutex<[String]>([])
    let registry = MetricsRegistry([.counter("a_total", "A.", labels: ["x"])]) { problem in
      reports.withLock { $0.append(problem) }
    }
    let before = registry.exposition()
    for _ in 0..<3 {
      Counter(label: "b_total", dimensions: [], factory: registry).increment()
      Counter(label: "a_total", dimensions: [("y", "1")], factory: registry).increment()
      Counter(label: "a_total", dimensions: [("x", "1"), ("y", "1")], factory: registry).increment()
    }
    #expect(registry.exposition() == before)
    #expect(
      registry.problems == [
        "b_total is not described", "a_total has the labels [x], not [y]",
        "a_total has the labels [x], not [x, y]",
      ])
    #expect(reports.withLock { $0 } == registry.problems)
  }

  @Test func `a metric of another kind is not touched`() {
    Counter(label: "b", dimensions: [], factory: registry).increment()
    Meter(label: "d_total", dimensions: [], factory: registry).set(7)
    Timer(label: "b", dimensions: [], factory: registry).recordSeconds(1)
    Counter(label: "c_seconds", dimensions: [], factory: registry).increment()
    #expect(samples("b", in: registry) == ["b 0"])
    #expect(samples("d_total", in: registry) == ["d_total 0"])
    #expect(samples("c_seconds_count", in: registry) == ["c_seconds_count 0"])
    #expect(registry.problems.count == 4)
  }

  @Test func `a metric that is described twice is a mistake`() {
    let registry = MetricsRegistry([.gauge("a", "A."), .gauge("a", "Another one.")])
    #expect(registry.problems == ["a is described twice"])
    #expect(registry.descriptions == [.gauge("a", "A.")])
  }

  @Test func `a counter never goes back, a gauge does`() {
    let counter = FloatingPointCounter(label: "d_total", dimensions: [], factory: registry)
    counter.increment(by: 2.5)
    counter.increment(by: -1.0)
    let meter = Meter(label: "b", dimensions: [], factory: registry)
    meter.set(5)
    meter.increment(by: 2.0)
    meter.decrement(by: 4.0)
    #expect(samples("d_total", in: registry) == ["d_total 2.5"])
    #expect(samples("b", in: registry) == ["b 3"])
  }

  @Test func `numbers that are looked up are so at every scrape`() {
    let calls = Atomic<Int>(0)
    registry.onScrape { $0.set("b", to: Double(calls.add(1, ordering: .relaxed).newValue)) }
    #expect(samples("b", in: registry) == ["b 1"])
    #expect(samples("b", in: registry) == ["b 2"])
  }

  @Test func `many tasks may measure at once, and nothing is lost`() async {
    let registry = registry
    await withTaskGroup { group in
      for _ in 0..<8 {
        group.addTask {
          let counter = FloatingPointCounter(label: "d_total", dimensions: [], factory: registry)
          let timer = Timer(label: "c_seconds", dimensions: [], factory: registry)
          for _ in 0..<1_000 {
            counter.increment(by: 0.5)
            timer.recordSeconds(2)
          }
        }
      }
    }
    #expect(samples("d_total", in: registry) == ["d_total 4000"])
    #expect(
      samples("c_seconds", in: registry) == [
        #"c_seconds_bucket{le="1"} 0"#, #"c_seconds_bucket{le="+Inf"} 8000"#, "c_seconds_sum 16000",
        "c_seconds_count 8000",
      ])
  }
}
