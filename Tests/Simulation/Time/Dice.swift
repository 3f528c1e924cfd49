import SeededRandom

/// All chance of a run, so that a seed gives the same run on every machine.
struct Dice: RandomNumberGenerator {
  private var generator: SeededGenerator

  init(seed: UInt64) {
    generator = SeededGenerator(seed: seed)
  }

  mutating func next() -> UInt64 { generator.next() }

  /// Whether something happens that happens this often.
  mutating func happens(_ probability: Double) -> Bool {
    probability > 0 && Double(next() >> 11) * 0x1p-53 < probability
  }

  /// A number of a range, each as likely.
  mutating func number(_ range: ClosedRange<Int64>) -> Int64 {
    range.lowerBound + Int64(next() % UInt64(range.upperBound - range.lowerBound + 1))
  }

  /// One of several; nil when there is none.
  mutating func pick<Element>(_ elements: [Element]) -> Element? {
    elements.isEmpty ? nil : elements[Int(next() % UInt64(elements.count))]
  }

  /// Milliseconds around a typical duration, at times ten times as long.
  mutating func duration(_ typical: Int64) -> Int64 {
    let usual = number(typical / 3...typical * 2)
    return happens(0.05) ? usual * 5 : usual
  }
}
