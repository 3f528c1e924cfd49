import Curl
import KubernetesClient
import SatisAPI
import TestSupport

/// From the call of a git host until everybody can see the Job, one call at a time on an idle system: the builds of earlier
/// calls have ended, and their Jobs are kept as long as they always are.
///
/// The repository has been built before, and its hook has been pinged, as hosts do when a hook is made.
struct WebhookLatency {
  static let name = "webhook"
  private static let secret = KeyReference(name: "hook", key: "secret")
  /// What is still written when a Job is there has ended by then, and a server since Kubernetes 1.31 makes no live list wait
  /// for the one before: it asks its storage how far it is ten times a second at most.
  private static let rest = Duration.milliseconds(150)

  let bench: Bench
  let calls: Int

  func run(into results: inout Results) async throws {
    let flow = try BuildFlow("r", in: Self.name, at: wallClock(), secret: Self.secret)
    try await makeNamespace(Self.name)
    try await bench.raw.send(flow.prepare())
    let repository = try await bench.client.get(SatisRepository.self, flow.repository.key)
    try await bench.raw.send([flow.snapshot(of: repository, SnapshotText())])
    let port = try FreePort.find()
    try await beside(bench.programs.start(.satisOperator, in: Self.name)) {
      try await beside(try bench.programs.startWebhook(in: Self.name, port: port)) {
        let curl = try CurlClient()
        try await bench.wait(untilHealthy: port, curl)
        try await call("ping", 0, port, curl)
        try await measure(repository.key, into: &results) { try await call("push", $0, port, curl) }
      }
    }
  }

  private func makeNamespace(_ name: String) async throws {
    try await bench.makeNamespace(name)
    try await bench.raw.send([
      .create(
        Secret(
          metadata: ObjectMetadata(name: Self.secret.name, namespace: name),
          data: [Self.secret.key: Base64Data(Array(WebhookCall.secret.utf8))]))
    ])
  }

  /// The operator and the bare loops take turns.
  private func measure(
    _ repository: NamespacedName, into results: inout Results, _ push: (Int) async throws -> Void
  ) async throws {
    let called = Timing(Self.name, bench)
    let written = Timing("webhook-writes", bench)
    let requested = Timing("webhook-requests", bench)
    for timing in [written, requested] { try await makeNamespace(timing.namespace) }
    try await called.jobs.during {
      try await written.jobs.during {
        try await requested.jobs.during {
          for number in 0..<calls {
            try await Task.sleep(for: Self.rest)
            try await called.time(number) { try await push(number) }
            try await endBuild(of: repository)
            let writes = try await flow(number, in: written.namespace)
            let asked = try [writes.ask()] + writes.claimAndJob(at: wallClock())
            try await Task.sleep(for: Self.rest)
            try await written.time(number) { try await bench.raw.send(asked) }
            let requests = try await flow(number, in: requested.namespace)
            let steps = try requests.requests(secret: Self.secret.name, at: wallClock())
            try await Task.sleep(for: Self.rest)
            try await requested.time(number) {
              for step in steps { try await bench.raw.send(sideBySide: step) }
            }
            // As few as the operator finds.
            try await deleteJobs(in: requested.namespace)
          }
        }
      }
    }
    for (timing, contender) in [(called, Contender.satisOperator), (written, .floor)] {
      results.add(timing.percentile(50), Measure(Self.name, .median, contender))
      results.add(timing.percentile(99), Measure(Self.name, .slowest, contender))
    }
    results.add(requested.percentile(50), Measure(Self.name, .medianOfRequests, .floor))
    results.add(requested.percentile(99), Measure(Self.name, .slowestOfRequests, .floor))
  }

  /// As the server remembers them: a live list would make the next one wait.
  private func jobs(in namespace: String) async throws -> [Job] {
    try await bench.client.list(Job.self, in: namespace, notOlderThan: "0").items
  }

  private func deleteJobs(in namespace: String) async throws {
    for job in try await jobs(in: namespace) {
      try await bench.client.delete(Job.self, job.key, uid: job.metadata.uid, propagation: .background)
    }
  }

  /// The build of a repository that was built before.
  private func flow(_ number: Int, in namespace: String) async throws -> BuildFlow {
    let flow = try BuildFlow("r-\(number)", in: namespace, at: wallClock())
    try await bench.raw.send(flow.prepare())
    return flow
  }

  /// What a cluster does with a Job, until nothing is left to do for anybody.
  private func endBuild(of repository: NamespacedName) async throws {
    let cluster = JobController(client: bench.client)
    for job in try await jobs(in: Self.name)
    where job.finishedCondition == nil {
      let pod = try await cluster.startPod(of: job)
      try await cluster.end(job, pod: pod, exitCode: 0, message: runnerReport(succeeded: true))
      try await bench.wait(untilIdle: repository)
      try await bench.client.delete(Pod.self, pod.key, uid: pod.metadata.uid, propagation: .background)
    }
  }

  private func call(_ event: String, _ number: Int, _ port: Int, _ curl: CurlClient) async throws {
    let call = WebhookCall(port: port, namespace: Self.name, repository: "r", event: event)
    let response = try await curl.send(call.request(delivery: "\(event)-\(number)"))
    guard response.status == (event == "push" ? 202 : 200) else {
      throw BenchmarkError(
        "the webhook answered \(response.status) \(String(decoding: response.body, as: UTF8.self))")
    }
  }
}

/// How long it takes until each Job of a namespace can be seen.
private final class Timing {
  let namespace: String
  let jobs: Sightings<Job>
  private var times: [Double] = []

  init(_ namespace: String, _ bench: Bench) {
    self.namespace = namespace
    jobs = Sightings(Job.self, in: namespace, by: bench.client) { _ in true }
  }

  /// Times the work that ends with the Job of a number, of which the first one makes the connections.
  func time(_ number: Int, _ work: () async throws -> Void) async throws {
    let start = ContinuousClock.now
    try await work()
    let seen = seconds(try await jobs.time(ofAll: number + 1) - start)
    if number > 0 { times.append(seen) }
  }

  func percentile(_ share: Int) -> Double { times.percentile(share) ?? 0 }
}
