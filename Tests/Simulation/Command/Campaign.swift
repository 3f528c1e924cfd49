import Glibc
import Synchronization

/// Many runs, and what came of them.
struct Campaign {
  private struct Result {
    var tally = Tally()
    var runs = 0
    var seconds: Int64 = 0
    var violations: [(seed: UInt64, violation: Violation)] = []
    var different: [UInt64] = []
  }

  let first: UInt64
  let count: UInt64
  /// Whether each seed runs twice, to see that the same happens.
  let isTwice: Bool

  /// Runs all; true when every invariant held and every fault struck.
  func run() -> Bool {
    guard count > 0 else { return true }
    let clock = ContinuousClock()
    let start = clock.now
    let result = Mutex(Result())
    Workers.run(first...first + count - 1) { seed in
      let run = Run(seed: seed, trace: isTwice ? .hash : .none)
      run()
      var isSame = true
      if isTwice {
        let again = Run(seed: seed, trace: .hash)
        again()
        isSame = again.world.trace.hash == run.world.trace.hash
      }
      let world = run.world
      return result.withLock { result in
        result.runs += 1
        result.tally.add(world.tally)
        result.seconds += world.agenda.now.milliseconds / 1_000
        if let violation = world.violations.first {
          result.violations.append((seed, violation))
          print("seed \(seed): \(violation.invariant.rawValue): \(violation.message)")
          fflush(nil)
        }
        if !isSame { result.different.append(seed) }
        progress(result.runs, result.violations.count)
        return result.violations.count < 20
      }
    }
    let end = result.withLock { $0 }
    report(end, clock.now - start)
    let missing = missingFaults(end)
    return end.violations.isEmpty && end.different.isEmpty && missing.isEmpty
  }

  private func progress(_ runs: Int, _ violations: Int) {
    guard runs % max(1, Int(count) / 10) == 0 else { return }
    print("\(runs) of \(count) runs, violations: \(violations)")
    fflush(nil)
  }

  /// In few runs a rare fault may well not happen.
  private func missingFaults(_ result: Result) -> [Fault] {
    result.runs < 500 ? [] : Fault.allCases.filter { result.tally.faults[$0] == nil }
  }

  private func report(_ result: Result, _ time: Duration) {
    table("Faults", Fault.allCases.map { ($0.rawValue, result.tally.faults[$0] ?? 0) })
    table("People and processes", Event.allCases.map { ($0.rawValue, result.tally.events[$0] ?? 0) })
    table("Writes decided", result.tally.actions.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    for (seed, _) in result.violations.prefix(1) { show(seed) }
    for (seed, violation) in result.violations {
      print("violated: \(violation.invariant.rawValue): \(violation.message)")
      print("    make simulate SEED=\(seed) TRACE=1")
    }
    for seed in result.different { print("seed \(seed) does not give the same run twice") }
    for fault in missingFaults(result) { print("never happened: \(fault.rawValue)") }
    print("\(result.seconds / 3_600) simulated hours in \(time.components.seconds) s")
    let failed = Set(result.violations.map(\.seed) + result.different).count
    print("simulated \(isTwice ? "pairs of runs" : "runs") \(result.runs), failed \(failed)")
  }

  private func table(_ title: String, _ rows: [(String, Int)]) {
    print("\(title):")
    for (name, number) in rows {
      print("  \(name)\(String(repeating: " ", count: max(1, 44 - name.count)))\(number)")
    }
    print()
  }

  /// The end of a failed run.
  private func show(_ seed: UInt64) {
    let run = Run(seed: seed, trace: .lines)
    run()
    print("The end of seed \(seed):")
    for line in run.world.trace.lines.suffix(60) { print("  \(line)") }
    print()
  }
}
