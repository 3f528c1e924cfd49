import ArgumentParser

/// The command line of the benchmarks; `Tests/Benchmarks/run` builds what they need and calls it.
@main
struct Benchmarks: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmarks", abstract: "Measures the operator, alone and beside others that do the same.",
    subcommands: [DecisionCommand.self, ClusterCommand.self])
}

struct DecisionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decision",
    abstract: "What one decision about a repository costs, at three sizes of its queue.")

  func run() {
    DecisionCost.run()
  }
}
