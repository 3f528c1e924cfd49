import KubernetesClient
import SatisAPI
import TestSupport

/// Many builds at once, each in a repository of its own: from the first request that asks for one until all are Running.
///
/// Every contender has a namespace of its own with the same objects in it; the order changes from round to round. There
/// is nobody beside the API server who would make pods.
struct Burst {
  static let name = "burst"

  let bench: Bench
  let builds: Int
  let contenders: [Contender]

  func run(into results: inout Results) async throws {
    let snapshots = try SnapshotText()
    for round in 0..<bench.rounds {
      for index in contenders.indices {
        let contender = contenders[(index + round) % contenders.count]
        try await measure(contender, "burst-\(contender.rawValue)-\(round + 1)", snapshots, into: &results)
      }
    }
  }

  private func measure(
    _ contender: Contender, _ namespace: String, _ snapshots: SnapshotText, into results: inout Results
  ) async throws {
    let now = wallClock()
    // One more, with which each program shows that it is ready.
    let flows = try (0...builds).map { try BuildFlow("r-\($0)", in: namespace, at: now) }
    try await bench.makeNamespace(namespace)
    try await bench.raw.send(flows.count) { try flows[$0].prepare() }
    let sightings = Sightings(SatisBuild.self, in: namespace, by: bench.client) {
      $0.condition?.reason == "Running"
    }
    let wall = try await sightings.during {
      guard let program = try bench.programs.start(contender, in: namespace) else {
        return try await floor(flows, snapshots, sightings, at: now)
      }
      return try await beside(program) {
        try await follow(program, contender, namespace, flows, sightings, into: &results)
      }
    }
    results.add(wall, Measure(Self.name, .wall, contender))
    bench.say("\(builds) builds, \(contender.rawValue): \(wall.rounded(2)) s")
    for type in [ConfigMap.resourceType, Job.resourceType, SatisBuild.resourceType] {
      try await bench.raw.send([.deleteAll(type, in: namespace)])
    }
  }

  /// The same writes by a loop.
  private func floor(
    _ flows: [BuildFlow], _ snapshots: SnapshotText, _ sightings: Sightings<SatisBuild>, at now: Timestamp
  ) async throws -> Double {
    let requests = try flows.dropLast().map { try [$0.ask()] + $0.writes(at: now, snapshots) }
    let start = ContinuousClock.now
    try await bench.raw.send(builds) { requests[$0] }
    return seconds(try await sightings.time(ofAll: builds) - start)
  }

  private func follow(
    _ program: Running, _ contender: Contender, _ namespace: String, _ flows: [BuildFlow],
    _ sightings: Sightings<SatisBuild>, into results: inout Results
  ) async throws -> Double {
    let requests = try flows.map { try $0.ask() }
    try await bench.raw.send([requests[builds]])
    _ = try await sightings.time(of: flows[builds].build.metadata.name)
    try await Task.sleep(for: .seconds(2))
    let before = try ProcessUsage(of: program.id)
    let log = try RequestCount(auditLog: bench.auditLog)
    let memory = PeakAnonymous()
    let following = Task { await memory.follow(program.id) }
    defer { following.cancel() }

    let start = ContinuousClock.now
    try await bench.raw.send(builds) { [requests[$0]] }
    let wall = seconds(try await sightings.time(ofAll: builds + 1) - start)

    // What a controller still does for these builds, when the last one is Running, is part of its work.
    try await settle(program)
    let after = try ProcessUsage(of: program.id)
    results.add(after.cpuSeconds - before.cpuSeconds, Measure(Self.name, .cpu, contender))
    results.add(after.peakResident, Measure(Self.name, .peakResident, contender))
    results.add(memory.bytes, Measure(Self.name, .peakAnonymous, contender))
    results.add(requests: try log.requests(in: namespace), for: builds, Self.name, contender)
    return wall
  }

  /// Waits until a program rests: less than a twentieth of a core for a second.
  private func settle(_ program: Running) async throws {
    var last = try ProcessUsage(of: program.id).cpuSeconds
    for _ in 0..<60 {
      try await Task.sleep(for: .seconds(1))
      let now = try ProcessUsage(of: program.id).cpuSeconds
      if now - last < 0.05 { return }
      last = now
    }
  }
}
