import Curl
import KubernetesClient
import SatisAPI
import TestSupport

/// From the call of a git host until everybody can see the Job, one call at a time on an idle system.
///
/// The repositories have been built before, and their hooks have been pinged, as hosts do when a hook is made.
struct WebhookLatency {
  static let name = "webhook"
  /// What is still written when a Job is there has ended by then.
  private static let rest = Duration.milliseconds(50)

  let bench: Bench
  let calls: Int

  func run(into results: inout Results) async throws {
    let now = wallClock()
    let key = KeyReference(name: "hook", key: "secret")
    let flows = try (0..<calls).map { try BuildFlow("r-\($0)", in: Self.name, at: now, secret: key) }
    let floors = try (0..<calls).map { try BuildFlow("r-\($0)", in: "webhook-floor", at: now) }
    for namespace in [Self.name, "webhook-floor"] { try await bench.makeNamespace(namespace) }
    try await bench.raw.send([
      .create(
        Secret(
          metadata: ObjectMetadata(name: key.name, namespace: Self.name),
          data: [key.key: Base64Data(Array(WebhookCall.secret.utf8))]))
    ])
    try await bench.raw.send(calls) { try flows[$0].prepare() + floors[$0].prepare() }
    let files = try SnapshotText()
    let repositories = try await bench.client.listAll(SatisRepository.self, in: Self.name).items
    try await bench.raw.send(calls) { number in
      try repositories.filter { $0.key == flows[number].repository.key }.map {
        try flows[number].snapshot(of: $0, files)
      }
    }
    let port = try FreePort.find()
    try await beside(bench.programs.start(.satisOperator, in: Self.name)) {
      try await beside(try bench.programs.startWebhook(in: Self.name, port: port)) {
        try await measure(floors, port, into: &results)
      }
    }
  }

  private func measure(_ floors: [BuildFlow], _ port: Int, into results: inout Results) async throws {
    let curl = try CurlClient()
    try await bench.wait(untilHealthy: port, curl)
    let called = sightings(in: Self.name)
    let written = sightings(in: "webhook-floor")
    var times: [Contender: [Double]] = [:]
    try await called.during {
      try await written.during {
        for number in 0..<calls { try await call(number, "ping", port, curl) }
        // The first call makes the connections.
        for number in 0..<calls {
          try await Task.sleep(for: Self.rest)
          let start = ContinuousClock.now
          try await call(number, "push", port, curl)
          let seen = seconds(try await called.time(ofAll: number + 1) - start)
          let requests = try [floors[number].ask()] + floors[number].claimAndJob(at: wallClock())
          try await Task.sleep(for: Self.rest)
          let floorStart = ContinuousClock.now
          try await bench.raw.send(requests)
          let floorSeen = seconds(try await written.time(ofAll: number + 1) - floorStart)
          guard number > 0 else { continue }
          times[.satisOperator, default: []].append(seen)
          times[.floor, default: []].append(floorSeen)
        }
      }
    }
    for (contender, times) in times {
      results.add(times.percentile(50) ?? 0, Measure(Self.name, .median, contender))
      results.add(times.percentile(99) ?? 0, Measure(Self.name, .slowest, contender))
    }
  }

  private func sightings(in namespace: String) -> Sightings<Job> {
    Sightings(Job.self, in: namespace, by: bench.client) { _ in true }
  }

  private func call(_ number: Int, _ event: String, _ port: Int, _ curl: CurlClient) async throws {
    let call = WebhookCall(port: port, namespace: Self.name, repository: "r-\(number)", event: event)
    let response = try await curl.send(call.request(delivery: "\(event)-\(number)"))
    guard response.status == (event == "push" ? 202 : 200) else {
      throw BenchmarkError(
        "the webhook answered \(response.status) \(String(decoding: response.body, as: UTF8.self))")
    }
  }
}
