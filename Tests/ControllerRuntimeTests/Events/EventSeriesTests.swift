import KubernetesClient
import Testing

@testable import ControllerRuntime

@Suite struct EventSeriesTests {
  private let start = MicroTime(microseconds: 1_700_000_000_000_000)

  private func occurrence(_ note: String) -> Occurrence {
    Occurrence(
      regarding: ObjectReference(apiVersion: "v1", kind: "Pod", namespace: "shop", name: "a", uid: "1"),
      type: .normal, reason: "Built", action: "Build", note: note)
  }

  /// Does all that is due.
  private func write(
    _ series: inout EventSeries, at now: MicroTime, flushes: Bool = false,
    _ outcome: EventSeries.Outcome = .written
  ) -> [String] {
    var written: [String] = []
    while case .write(let write) = series.next(at: now, flushes: flushes) {
      written.append("\(write.occurrence.note)\(write.series.map { " \($0.count)" } ?? "")")
      series.done(write, outcome, at: now)
    }
    return written
  }

  @Test func `what happens once is created once`() {
    var series = EventSeries(capacity: 10)
    series.record(occurrence("a"), at: start)
    #expect(write(&series, at: start) == ["a"])
    #expect(series.next(at: start) == .wait(until: nil))
  }

  @Test func `what happens again becomes a series, told at once and then every minute`() {
    var series = EventSeries(capacity: 10)
    for second in 0..<130 {
      series.record(occurrence("a"), at: start + .seconds(second))
      let expected: [Int: [String]] = [0: ["a"], 1: ["a 2"], 61: ["a 62"], 121: ["a 122"]]
      #expect(write(&series, at: start + .seconds(second)) == expected[second] ?? [])
    }
    #expect(series.next(at: start + .seconds(130)) == .wait(until: start + .seconds(181)))
    #expect(write(&series, at: start + .seconds(181)) == ["a 130"])
  }

  @Test func `what happens before the first write is in the series`() {
    var series = EventSeries(capacity: 10)
    for _ in 0..<5 { series.record(occurrence("a"), at: start) }
    #expect(write(&series, at: start) == ["a", "a 5"])
  }

  @Test func `what happens again after six minutes is a new event`() {
    var series = EventSeries(capacity: 10)
    series.record(occurrence("a"), at: start)
    #expect(write(&series, at: start) == ["a"])
    series.record(occurrence("a"), at: start + .seconds(359))
    #expect(write(&series, at: start + .seconds(359)) == ["a 2"])
    series.record(occurrence("a"), at: start + .seconds(720))
    #expect(write(&series, at: start + .seconds(720)) == ["a"])
  }

  @Test func `what differs in any part is another event`() {
    var series = EventSeries(capacity: 10)
    var others = [occurrence("a")]
    for change: (inout Occurrence) -> Void in [
      { $0.note = "b" }, { $0.type = .warning }, { $0.reason = "c" }, { $0.action = "d" },
      { $0.regarding.uid = "2" },
    ] {
      var other = occurrence("a")
      change(&other)
      others.append(other)
    }
    for other in others { series.record(other, at: start) }
    #expect(write(&series, at: start).count == 6)
  }

  @Test func `the oldest is dropped when there is too much`() {
    var series = EventSeries(capacity: 3)
    for note in ["a", "b", "c", "d", "e"] { series.record(occurrence(note), at: start) }
    #expect(series.count == 3)
    #expect(series.dropped == 2)
    #expect(write(&series, at: start) == ["c", "d", "e"])
  }

  @Test func `what is over is forgotten, but not before it is told`() {
    var series = EventSeries(capacity: 10)
    for second in [0, 1, 2] {
      series.record(occurrence("a"), at: start + .seconds(second))
      _ = write(&series, at: start + .seconds(second))
    }
    let later = start + .seconds(1_000)
    #expect(write(&series, at: later) == ["a 3"])
    #expect(series.next(at: later) == .wait(until: nil))
    #expect(series.count == 0)
  }

  @Test func `at the end series are told at once`() {
    var series = EventSeries(capacity: 10)
    for second in [0, 1, 2] {
      series.record(occurrence("a"), at: start + .seconds(second))
      _ = write(&series, at: start + .seconds(second))
    }
    #expect(write(&series, at: start + .seconds(3)) == [])
    #expect(write(&series, at: start + .seconds(3), flushes: true) == ["a 3"])
  }

  @Test func `an event that could not be created is created when it happens again`() {
    var series = EventSeries(capacity: 10)
    series.record(occurrence("a"), at: start)
    #expect(write(&series, at: start, .missing) == ["a"])
    series.record(occurrence("a"), at: start + .seconds(1))
    #expect(write(&series, at: start + .seconds(1)) == ["a"])
  }

  @Test func `a patch that failed is made up for by the next`() {
    var series = EventSeries(capacity: 10)
    series.record(occurrence("a"), at: start)
    #expect(write(&series, at: start) == ["a"])
    series.record(occurrence("a"), at: start)
    #expect(write(&series, at: start, .outdated) == ["a 2"])
    series.record(occurrence("a"), at: start)
    #expect(write(&series, at: start + .seconds(60)) == ["a 3"])
  }
}
