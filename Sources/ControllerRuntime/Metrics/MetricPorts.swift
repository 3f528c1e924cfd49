import Metrics

/// What swift-metrics counts with.
final class CounterPort: CounterHandler, FloatingPointCounterHandler {
  private let cell: NumberCell

  init(cell: NumberCell) {
    self.cell = cell
  }

  func increment(by amount: Int64) {
    increment(by: Double(amount))
  }

  func increment(by amount: Double) {
    // A counter that goes back looks like a restart to Prometheus.
    guard amount > 0 else { return }
    cell.add(amount)
  }

  func reset() {
    cell.set(0)
  }
}

/// What swift-metrics sets.
final class GaugePort: MeterHandler, RecorderHandler {
  private let cell: NumberCell

  init(cell: NumberCell) {
    self.cell = cell
  }

  func set(_ value: Int64) { cell.set(Double(value)) }
  func set(_ value: Double) { cell.set(value) }
  func increment(by amount: Double) { cell.add(amount) }
  func decrement(by amount: Double) { cell.add(-amount) }
  func record(_ value: Int64) { cell.set(Double(value)) }
  func record(_ value: Double) { cell.set(value) }
}

/// What swift-metrics measures with.
final class HistogramPort: RecorderHandler, TimerHandler {
  private let cell: HistogramCell

  init(cell: HistogramCell) {
    self.cell = cell
  }

  func record(_ value: Int64) { cell.record(Double(value)) }
  func record(_ value: Double) { cell.record(value) }
  func recordNanoseconds(_ duration: Int64) { cell.record(Double(duration) / 1e9) }
}
