import Testing

/// Thousands of elections with faults.
@Suite(.timeLimit(.minutes(5))) struct ElectionModelTests {
  private static let runsPerBlock: UInt64 = 500

  @Test(arguments: 0..<6 as Range<UInt64>)
  func `never do two processes work at once, and one works again when the faults are over`(block: UInt64) {
    var tally: [String: Int] = [:]
    for seed in block * Self.runsPerBlock..<(block + 1) * Self.runsPerBlock {
      let model = ElectionModel(seed: seed)
      model.run(until: ElectionModel.end - 20_000)
      let leaders = model.workers
      #expect(leaders.count == 1, "seed \(seed): nobody works 40 s after the last fault")
      model.run(until: ElectionModel.end)
      #expect(model.workers == leaders, "seed \(seed): the lead changes without a reason")
      #expect(model.overlap == nil, "seed \(seed): two work at once")
      tally.merge(model.tally, uniquingKeysWith: +)
    }
    // Whatever can happen has happened, or the runs say little.
    for word in ["lead", "conflict", "not renewed", "given back", "crash", "freeze", "lost answer"] {
      #expect(tally[word, default: 0] > 100, "\(word): \(tally[word, default: 0])")
    }
  }
}
