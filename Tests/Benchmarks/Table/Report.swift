/// The tables at the end of a run.
struct Report {
  let results: Results

  /// Prints the tables and says how the run ends: 0, 1 for a goal that is missed anew, 2 for known misses only.
  func print() -> Int32 {
    for scenario in results.scenarios { printFigures(of: scenario) }
    printRequests()
    printGoals()
    return Goal.status(Goals.all.map { $0.verdict(results) })
  }

  private func printFigures(of scenario: String) {
    let columns = Contender.allCases.filter { contender in
      Quantity.allCases.contains { results.median(Measure(scenario, $0, contender)) != nil }
    }
    Swift.print()
    Swift.print(scenario.padded(-30) + columns.map { $0.rawValue.padded(14) }.joined())
    for quantity in Quantity.allCases {
      let values = columns.map { results.median(Measure(scenario, quantity, $0)) }
      guard values.contains(where: { $0 != nil }) else { continue }
      Swift.print(
        "  \(quantity.rawValue)".padded(-30)
          + values.map { ($0.map(quantity.text) ?? "-").padded(14) }.joined())
    }
  }

  private func printRequests() {
    for entry in results.requests {
      Swift.print()
      Swift.print("requests for each build, \(entry.scenario), \(entry.contender.rawValue)")
      for (name, count) in entry.counts.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
        Swift.print("  \("\(count.rounded(3))".padded(8))  \(name)")
      }
    }
  }

  private func printGoals() {
    Swift.print()
    Swift.print("goal".padded(-72) + "at most".padded(10) + "measured".padded(12))
    for goal in Goals.all {
      let line = goal.name.padded(-72) + goal.text(goal.limit).padded(10)
      switch goal.verdict(results) {
      case .open: Swift.print(line + "-".padded(12) + "  not measured")
      case .met(let value): Swift.print(line + goal.text(value).padded(12) + "  met")
      case .missed(let value):
        Swift.print(line + goal.text(value).padded(12) + "  goal missed, as is known")
      case .broken(let value):
        Swift.print(line + goal.text(value).padded(12) + "  GOAL MISSED")
      }
    }
  }
}

extension String {
  /// Filled up with blanks: before the text, or after it for a negative width.
  func padded(_ width: Int) -> String {
    let blanks = String(repeating: " ", count: Swift.max(0, abs(width) - count))
    return width < 0 ? self + blanks : blanks + self
  }
}
