import KubernetesClient
import SatisAPI
import TestSupport

/// Start beside many builds and Jobs that have ended: time until the first decision, and memory when all is known.
struct Standing {
  let bench: Bench
  /// Builds, in rising order; each has a Job.
  let sizes: [Int]
  let contenders: [Contender]

  static func name(_ size: Int) -> String { "standing \(size)" }
  static let namespace = "standing"

  func run(into results: inout Results) async throws {
    var empty: [Contender: Double] = [:]
    try await bench.makeNamespace("empty")
    for contender in contenders {
      let usage = try await start(contender, in: "empty", "marker-\(contender.rawValue)").usage
      empty[contender] = usage.resident
    }
    try await bench.makeNamespace(Self.namespace)
    var present = 0
    for size in sizes {
      try await prepare(from: present, to: size)
      present = size
      // Whoever starts first finds the server at its slowest, so all are first equally often.
      for round in 0..<(bench.rounds + contenders.count - 1) / contenders.count * contenders.count {
        for index in contenders.indices {
          let contender = contenders[(index + round) % contenders.count]
          let (time, usage) = try await start(
            contender, in: Self.namespace, "marker-\(size)-\(contender.rawValue)-\(round)")
          results.add(time, Measure(Self.name(size), .firstDecision, contender))
          results.add(usage.resident, Measure(Self.name(size), .resident, contender))
          results.add(usage.anonymous, Measure(Self.name(size), .anonymous, contender))
          results.add(usage.peakResident, Measure(Self.name(size), .peakResident, contender))
          results.add(usage.cpuSeconds, Measure(Self.name(size), .cpu, contender))
          results.add(
            (usage.resident - (empty[contender] ?? 0)) / Double(size),
            Measure(Self.name(size), .perBuild, contender))
          bench.say("beside \(size) builds, \(contender.rawValue): first decision after \(time.rounded(2)) s")
        }
      }
    }
  }

  /// Adds repositories with builds and Jobs that have ended.
  private func prepare(from present: Int, to size: Int) async throws {
    bench.say("making \(size - present) builds and as many Jobs")
    let objects = StandingObjects(namespace: Self.namespace, now: wallClock())
    let first = present / StandingObjects.buildsEach
    try await bench.raw.send((size - present) / StandingObjects.buildsEach) {
      try objects.requests(first + $0)
    }
  }

  /// Starts a controller that finds a build to decide about, and looks at it when it rests.
  private func start(
    _ contender: Contender, in namespace: String, _ name: String
  ) async throws -> (time: Double, usage: ProcessUsage) {
    let flow = try BuildFlow(name, in: namespace, at: wallClock())
    try await bench.raw.send(flow.prepare() + [flow.ask()])
    guard let program = try bench.programs.start(contender, in: namespace) else {
      throw BenchmarkError("the floor starts nothing")
    }
    return try await beside(program) {
      try await bench.wait(untilRunning: flow.build)
      let time = seconds(.now - program.started)
      try await Task.sleep(for: .seconds(3))
      return (time, try ProcessUsage(of: program.id))
    }
  }
}
