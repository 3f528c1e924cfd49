/// What happened in a run, for people and for comparing two runs of a seed.
struct Trace {
  /// What is done with a line.
  enum Purpose {
    /// Nothing, which is fast.
    case none
    /// They are kept.
    case lines
    /// Only their hash is kept.
    case hash
  }

  let purpose: Purpose
  private(set) var lines: [String] = []
  /// FNV-1a over all lines.
  private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325

  init(_ purpose: Purpose) {
    self.purpose = purpose
  }

  /// Adds a line.
  ///
  /// - Parameters:
  ///   - actor: who did it.
  ///   - step: what, to what, and why.
  mutating func add(_ time: VirtualTime, _ actor: String, _ step: String) {
    let padding = String(repeating: " ", count: max(1, 14 - actor.count))
    let line = "\(time)  \(actor)\(padding)\(step)"
    for byte in line.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    if purpose == .lines { lines.append(line) }
  }
}
