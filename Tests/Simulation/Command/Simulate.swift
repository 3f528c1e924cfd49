import ArgumentParser
import Glibc

/// The command line of `make simulate`.
@main
struct Simulate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs the controller in a simulated cluster, with faults, in virtual time.")

  @Option(help: "How many runs.")
  var seeds: UInt64 = 1_000
  @Option(help: "The seed of the first run.")
  var from: UInt64 = 1
  @Option(help: "One run alone, with this seed.")
  var seed: UInt64?
  @Flag(help: "Print what happens in the run.")
  var trace = false
  @Flag(help: "Make deliberate mistakes, each of which must be noticed.")
  var mutants = false
  @Option(help: "Only the mutants whose name contains this.")
  var mutant: String?
  @Flag(help: "Run each seed twice and compare what happens.")
  var twice = false

  mutating func run() throws {
    try Self.withoutRandomHashes()
    let isGood: Bool
    if mutants {
      isGood = MutantHunt(seeds: seeds, only: mutant).run()
    } else if let seed {
      isGood = SingleRun(seed: seed, mutant: Mutant.all.first { $0.name == mutant }, printsTrace: trace).run()
    } else {
      isGood = Campaign(first: from, count: seeds, isTwice: twice).run()
    }
    if !isGood { throw ExitCode.failure }
  }

  /// Starts the program again with hash tables whose order is the same in each run.
  private static func withoutRandomHashes() throws {
    let name = "SWIFT_DETERMINISTIC_HASHING"
    guard getenv(name) == nil else { return }
    setenv(name, "1", 1)
    var arguments: [UnsafeMutablePointer<CChar>?] = CommandLine.arguments.map { strdup($0) }
    arguments.append(nil)
    execv("/proc/self/exe", &arguments)
    throw ValidationError("the program cannot be started again: errno \(errno)")
  }
}
