import Synchronization

/// Makes each deliberate mistake until an invariant notices it.
struct MutantHunt {
  private struct Catch {
    var seed: UInt64
    var violation: Violation
  }

  /// Runs after which a mutant has survived.
  let seeds: UInt64
  /// Only mutants whose name contains this.
  let only: String?

  /// Hunts all; true when none survives.
  func run() -> Bool {
    var survivors: [String] = []
    for mutant in Mutant.all where only.map(mutant.name.contains) ?? true {
      let found = Mutex<Catch?>(nil)
      Workers.run(1...seeds) { seed in
        if let known = found.withLock({ $0 }), known.seed < seed { return false }
        let run = Run(seed: seed, mutant: mutant)
        run()
        guard let violation = run.world.violations.first else { return true }
        found.withLock { found in
          // The smallest seed, so that the answer is always the same.
          if found.map({ seed < $0.seed }) ?? true { found = Catch(seed: seed, violation: violation) }
        }
        return false
      }
      if let found = found.withLock({ $0 }) {
        print("caught    \(mutant.name)")
        print(
          "          run \(found.seed), \(found.violation.invariant.rawValue): \(found.violation.message)")
      } else {
        print("SURVIVED  \(mutant.name), \(seeds) runs")
        survivors.append(mutant.name)
      }
    }
    print("\(Mutant.all.count) mutants, survivors: \(survivors.count)")
    return survivors.isEmpty
  }
}
