import ArgumentParser
import Dispatch

/// The parts of the benchmarks that need an API server.
enum Part: String, CaseIterable, ExpressibleByArgument {
  case burst
  case standing
  case idle
  case webhook
  case load
}

extension Contender: ExpressibleByArgument {}

struct ClusterCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cluster",
    abstract: "Speed and memory, beside a bare loop, a client-go controller and a kopf operator.",
    discussion:
      "Exits with 1 when a goal is missed anew, and with 2 when only goals are missed that are known to be.")

  @Option(
    parsing: .upToNextOption, help: "What to measure: burst, standing, idle (after standing), webhook, load.")
  var parts: [Part] = Part.allCases

  @Option(parsing: .upToNextOption, help: "Who takes part: floor, operator, client-go, kopf.")
  var contenders: [Contender] = Contender.allCases

  @Option(help: "Rounds, whose median counts.")
  var rounds = 3

  @Option(help: "Builds of the burst, each in a repository of its own.")
  var builds = 1_000

  @Option(help: "Builds that stand; beyond 10000 both sizes are measured.")
  var size = 10_000

  @Option(help: "Seconds of doing nothing.")
  var idle = 60

  @Option(help: "Calls of the webhook.")
  var calls = 200

  @Option(help: "Seconds of load on the webhook; of overload a quarter of that.")
  var load = 60

  @Option(help: "The project's program, built for release.")
  var satisOperator: String

  @Option(help: "The client-go peer.")
  var clientGo: String

  @Option(help: "The command of kopf.")
  var kopf: String

  @Option(help: "The kopf peer.")
  var kopfOperator: String

  @Option(help: "The folder of the runner.")
  var runner: String

  @Option(help: "The folder for the logs of what is measured.")
  var logs: String

  @Option(help: "The API server.")
  var kubeconfig: String

  func validate() throws {
    guard rounds > 0, builds > 0, calls > 1, idle > 0, load > 0, size >= StandingObjects.buildsEach else {
      throw ValidationError(
        "sizes must be above zero, calls above 1, and --size at least \(StandingObjects.buildsEach)")
    }
  }

  func run() async throws {
    let signals = Running.endAllOnSignal()
    defer { for signal in signals { signal.cancel() } }
    let bench = try Bench(
      programs: Programs(
        kubeconfig: kubeconfig, satisOperator: satisOperator, clientGo: clientGo, kopf: kopf,
        kopfOperator: kopfOperator, runner: runner, logs: logs),
      rounds: rounds)
    // kopf looks at every object that stands for itself, which takes it longer than a run may last.
    let starters = contenders.filter { $0 == .satisOperator || $0 == .clientGo }
    var results = Results()
    if parts.contains(.webhook) { try await WebhookLatency(bench: bench, calls: calls).run(into: &results) }
    if parts.contains(.load) { try await WebhookLoad(bench: bench, duration: load).run(into: &results) }
    if parts.contains(.burst) {
      try await Burst(bench: bench, builds: builds, contenders: contenders).run(into: &results)
    }
    if parts.contains(.standing) {
      let sizes = size > 10_000 ? [10_000, size] : [size]
      try await Standing(bench: bench, sizes: sizes, contenders: starters).run(into: &results)
      if parts.contains(.idle) { try await Idle(bench: bench, duration: idle).run(into: &results) }
    }
    let status = Report(results: results).print()
    guard status == 0 else { throw ExitCode(status) }
  }
}
