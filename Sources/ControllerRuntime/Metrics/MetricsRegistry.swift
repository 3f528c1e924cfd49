public import Metrics
import Synchronization

/// All metrics of a process: the backend of swift-metrics, and what Prometheus scrapes.
///
/// Only what is described exists. Whoever asks for another name, kind or set of labels has made a mistake that no user
/// should pay for: it is reported, and what is measured goes nowhere.
public final class MetricsRegistry: Sendable {
  private struct State {
    var updates: [@Sendable (MetricsRegistry) -> Void] = []
    var problems: [String] = []
  }

  private let families: [String: MetricFamily]
  private let names: [String]
  private let report: @Sendable (String) -> Void
  private let state = Mutex(State())
  /// Mistakes that are kept.
  private static let maximumProblems = 100

  /// Creates a registry of these metrics.
  ///
  /// - Parameters:
  ///   - maximumLabelSets: for one metric; further ones are counted together, with all labels `other`.
  ///   - report: called with each mistake once; it returns at once.
  public init(
    _ descriptions: [MetricDescription], maximumLabelSets: Int = 1_000,
    report: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.report = report
    var families: [String: MetricFamily] = [:]
    var twice: [String] = []
    for description in descriptions {
      guard families[description.name] == nil else {
        twice.append(description.name)
        continue
      }
      families[description.name] = MetricFamily(description, maximumLabelSets: maximumLabelSets)
    }
    self.families = families
    names = families.keys.sorted()
    for name in twice { complain("\(name) is described twice") }
  }

  /// What is described, by name.
  public var descriptions: [MetricDescription] { names.compactMap { families[$0]?.description } }

  /// What was measured that is not described: mistakes of the program.
  public var problems: [String] { state.withLock { $0.problems } }

  /// Before each scrape, brings those numbers up to date that are looked up rather than counted.
  public func onScrape(_ update: @escaping @Sendable (MetricsRegistry) -> Void) {
    state.withLock { $0.updates.append(update) }
  }

  /// Sets a gauge, or a counter that something else counts.
  public func set(_ name: String, _ dimensions: [(String, String)] = [], to value: Double) {
    guard case .number(let cell)? = cell(name, dimensions) else { return }
    cell.set(value)
  }

  /// Sets a gauge for the label sets that there are at this moment, and forgets all others.
  ///
  /// For what comes and goes, such as objects. Whoever calls it bounds how many there are.
  ///
  /// - Parameter samples: the label sets of each thing, with their numbers.
  public func replace<Thing>(
    _ name: String, with things: [Thing], _ samples: (Thing) -> [([(String, String)], Double)]
  ) {
    guard let family = families[name], family.description.kind == .gauge else {
      complain("\(name) is no gauge")
      return
    }
    if !family.replace(with: things.lazy.flatMap(samples)) {
      let wanted = family.description.labels.joined(separator: ", ")
      complain("\(name) has the labels [\(wanted)], and not those that were given")
    }
  }

  /// Everything measured up to now.
  func collect() -> [MetricFamily] {
    for update in state.withLock({ $0.updates }) { update(self) }
    return names.compactMap { families[$0] }
  }

  /// Nil, and a complaint, unless there is such a metric.
  private func cell(_ name: String, _ dimensions: [(String, String)]) -> MetricFamily.Cell? {
    guard let family = families[name] else {
      complain("\(name) is not described")
      return nil
    }
    guard let cell = family.cell(dimensions) else {
      let wanted = family.description.labels.joined(separator: ", ")
      complain("\(name) has the labels [\(wanted)], not [\(dimensions.map(\.0).joined(separator: ", "))]")
      return nil
    }
    return cell
  }

  private func number(
    _ name: String, _ dimensions: [(String, String)], _ kind: MetricDescription.Kind
  ) -> NumberCell {
    guard let cell = cell(name, dimensions) else { return NumberCell() }
    if case .number(let cell) = cell, families[name]?.description.kind == kind { return cell }
    complain("\(name) is no \(kind.word)")
    return NumberCell()
  }

  private func histogram(_ name: String, _ dimensions: [(String, String)]) -> HistogramCell {
    switch cell(name, dimensions) {
    case .histogram(let cell): return cell
    case .number: complain("\(name) is no histogram")
    case nil: break
    }
    return HistogramCell(bounds: [])
  }

  private func complain(_ problem: String) {
    let isNew = state.withLock { state in
      guard state.problems.count < Self.maximumProblems, !state.problems.contains(problem) else {
        return false
      }
      state.problems.append(problem)
      return true
    }
    if isNew { report(problem) }
  }
}

extension MetricsRegistry: MetricsFactory {
  /// A counter of whole numbers.
  public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    CounterPort(cell: number(label, dimensions, .counter))
  }

  /// A counter of any numbers, such as seconds.
  public func makeFloatingPointCounter(
    label: String, dimensions: [(String, String)]
  ) -> any FloatingPointCounterHandler {
    CounterPort(cell: number(label, dimensions, .counter))
  }

  /// A gauge.
  public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    GaugePort(cell: number(label, dimensions, .gauge))
  }

  /// A histogram; a gauge when nothing is aggregated.
  public func makeRecorder(
    label: String, dimensions: [(String, String)], aggregate: Bool
  ) -> any RecorderHandler {
    aggregate
      ? HistogramPort(cell: histogram(label, dimensions))
      : GaugePort(cell: number(label, dimensions, .gauge))
  }

  /// A histogram of seconds.
  public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    HistogramPort(cell: histogram(label, dimensions))
  }

  // A label set stays once it is shown: one that comes and goes looks like a restart to Prometheus.

  /// Does nothing.
  public func destroyCounter(_ handler: any CounterHandler) {}
  /// Does nothing.
  public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
  /// Does nothing.
  public func destroyMeter(_ handler: any MeterHandler) {}
  /// Does nothing.
  public func destroyRecorder(_ handler: any RecorderHandler) {}
  /// Does nothing.
  public func destroyTimer(_ handler: any TimerHandler) {}
}
