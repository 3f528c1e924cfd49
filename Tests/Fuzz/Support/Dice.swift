import SeededRandom

/// Random numbers that follow from a seed.
public struct Dice {
  private var generator: SeededGenerator

  /// Dice that fall the same way for the same seed.
  public init(seed: UInt64) {
    generator = SeededGenerator(seed: seed)
  }

  /// A number from 0 up to a limit; 0 where there is no room.
  public mutating func roll(_ limit: Int) -> Int { limit > 0 ? Int(generator.next() % UInt64(limit)) : 0 }

  /// One of the elements.
  public mutating func pick<Element>(_ elements: [Element]) -> Element { elements[roll(elements.count)] }

  /// Random bytes, up to so many.
  public mutating func noise(upTo limit: Int) -> [UInt8] {
    (0..<roll(limit + 1)).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
  }

  /// The size of a piece: often a few bytes, sometimes much.
  public mutating func size(upTo limit: Int) -> Int {
    let most = roll(4) == 0 || limit > 100_000 ? limit : min(limit, 16)
    return 1 + roll(most)
  }
}
