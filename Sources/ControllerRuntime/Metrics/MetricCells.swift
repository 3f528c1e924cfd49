import Synchronization

/// A number that many tasks change at once without waiting for each other.
final class NumberCell: Sendable {
  private let bits = Atomic<UInt64>(0)

  var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

  func set(_ value: Double) {
    bits.store(value.bitPattern, ordering: .relaxed)
  }

  func add(_ amount: Double) {
    var known = bits.load(ordering: .relaxed)
    while true {
      let sum = Double(bitPattern: known) + amount
      let (exchanged, original) = bits.weakCompareExchange(
        expected: known, desired: sum.bitPattern, ordering: .relaxed)
      if exchanged { return }
      known = original
    }
  }
}

/// The numbers of a histogram.
///
/// Under a lock, held for a few instructions: number, sum and buckets must fit each other, or what is computed from
/// them is wrong.
final class HistogramCell: Sendable {
  struct Content: Sendable, Hashable {
    /// How many values lie in each bucket alone; the last one is that of the values beyond all bounds.
    var counts: [UInt64]
    var sum = 0.0
  }

  let bounds: [Double]
  private let state: Mutex<Content>

  /// - Parameter bounds: they ascend.
  init(bounds: [Double]) {
    self.bounds = bounds
    state = Mutex(Content(counts: Array(repeating: 0, count: bounds.count + 1)))
  }

  var content: Content { state.withLock { $0 } }

  func record(_ value: Double) {
    // One that is no number would make the sum useless for ever.
    guard !value.isNaN else { return }
    let index = bounds.firstIndex { value <= $0 } ?? bounds.count
    state.withLock { state in
      state.counts[index] += 1
      state.sum += value
    }
  }
}
