import Curl
import Foundation
import KubernetesClient
import Logging
import SatisAPI
import TestSupport

/// What all scenarios work with.
struct Bench: Sendable {
  let server: TestServer
  let raw: RawClient
  let programs: Programs
  let auditLog: String
  let rounds: Int

  /// A client of the benchmarks' own, for watches.
  let client: KubernetesClient

  init(programs: Programs, rounds: Int) throws {
    guard let auditLog = ProcessInfo.processInfo.environment["SATIS_TEST_AUDIT_LOG"] else {
      throw BenchmarkError("SATIS_TEST_AUDIT_LOG is not set; run this by Tests/Benchmarks/run")
    }
    let server = try TestServer()
    self.server = server
    raw = try RawClient(server.client.configuration)
    client = try KubernetesClient(
      configuration: server.client.configuration, fieldManager: "benchmark",
      userAgent: RequestCount.benchmarkAgent,
      logger: .quiet)
    self.programs = programs
    self.auditLog = auditLog
    self.rounds = rounds
  }

  /// Makes a namespace, which stays: nothing beside this API server would empty it.
  func makeNamespace(_ name: String) async throws {
    try await raw.send([.create(Namespace.resourceType, in: nil, ["metadata": ["name": .string(name)]])])
  }

  /// Waits for a controller to start a build.
  func wait(untilRunning build: SatisBuild) async throws {
    try await wait("\(build.key) does not become Running") {
      try await client.get(SatisBuild.self, build.key).condition?.reason == "Running"
    }
  }

  /// Waits for a controller to give up the claim of a repository.
  func wait(untilIdle repository: NamespacedName) async throws {
    try await wait("\(repository) keeps its Job") {
      try await client.get(SatisRepository.self, repository).status?.activeJob == nil
    }
  }

  /// Asks again and again; a watch would have to list all other objects first.
  private func wait(_ trouble: String, until isDone: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(900)
    while try await !isDone() {
      guard ContinuousClock.now < end else {
        throw BenchmarkError("\(trouble); see the logs in \(programs.logs)")
      }
      try await Task.sleep(for: .milliseconds(10))
    }
  }

  /// Asks again and again until a webhook service answers.
  func wait(untilHealthy port: Int, _ curl: CurlClient) async throws {
    let end = ContinuousClock.now + .seconds(30)
    while ContinuousClock.now < end {
      let request = CurlRequest(method: .get, url: "http://127.0.0.1:\(port)/healthz")
      if let response = try? await curl.send(request), response.status == 200 { return }
      try await Task.sleep(for: .milliseconds(50))
    }
    throw BenchmarkError("the webhook service does not become healthy; see its log in \(programs.logs)")
  }

  /// Tells what is going on, on stderr, since stdout is for the tables.
  func say(_ text: String) {
    FileHandle.standardError.write(Data("==> \(text)\n".utf8))
  }
}

/// Seconds of a duration.
func seconds(_ duration: Duration) -> Double { duration / .seconds(1) }
