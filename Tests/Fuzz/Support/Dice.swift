/// Random numbers that follow from a seed (SplitMix64).
public struct Dice {
  private var state: UInt64

  /// Dice that fall the same way for the same seed.
  public init(seed: UInt64) {
    state = seed
  }

  private mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A number from 0 up to a limit; 0 where there is no room.
  public mutating func roll(_ limit: Int) -> Int { limit > 0 ? Int(next() % UInt64(limit)) : 0 }

  /// One of the elements.
  public mutating func pick<Element>(_ elements: [Element]) -> Element { elements[roll(elements.count)] }

  /// Random bytes, up to so many.
  public mutating func noise(upTo limit: Int) -> [UInt8] {
    (0..<roll(limit + 1)).map { _ in UInt8(truncatingIfNeeded: next()) }
  }

  /// The size of a piece: often a few bytes, sometimes much.
  public mutating func size(upTo limit: Int) -> Int {
    let most = roll(4) == 0 || limit > 100_000 ? limit : min(limit, 16)
    return 1 + roll(most)
  }
}
