/// One run, to be looked at.
struct SingleRun {
  let seed: UInt64
  let mutant: Mutant?
  let printsTrace: Bool

  /// Runs it; true when every invariant held.
  func run() -> Bool {
    let run = Run(seed: seed, trace: printsTrace ? .lines : .none, mutant: mutant)
    run()
    for line in run.world.trace.lines { print(line) }
    for violation in run.world.violations {
      print("seed \(seed): \(violation.invariant.rawValue): \(violation.message)")
    }
    if run.world.violations.isEmpty { print("seed \(seed): every invariant held") }
    return run.world.violations.isEmpty
  }
}
