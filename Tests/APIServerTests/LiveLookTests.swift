import ControllerRuntime
import KubernetesClient
import SatisAPI
import TestSupport
import Testing

@testable import SatisController

/// What the controller sees of an output before it gives it to somebody.
@Suite(.timeLimit(.minutes(1))) struct LiveLookTests {
  let server: TestServer

  init() throws {
    server = try TestServer()
  }

  private func createJob(_ name: String, of repository: SatisRepository) async throws -> Job {
    let claim = SatisRepository.ActiveJob(
      name: name, startTime: Timestamp(seconds: 1_700_000_000), configHash: "h", full: true, builds: [])
    let manifest = JobManifest(repository: repository, claim: claim)
    _ = try await server.client.createReturningMetadata(
      Job.self, manifest: manifest.manifest(defaultImage: "satis:test"), key: manifest.key)
    return try await server.client.get(Job.self, manifest.key)
  }

  @Test func `who starts a Job sees what may still write, who follows one sees all`() async throws {
    try await server.withNamespace { namespace in
      var repository = try await server.createRepository("acme", in: namespace)
      let cluster = JobController(client: server.client)
      for (name, exitCode) in [("succeeded", 0), ("failed", 1)] as [(String, Int64)] {
        let job = try await createJob(name, of: repository)
        let pod = try await cluster.startPod(of: job)
        try await cluster.end(job, pod: pod, exitCode: exitCode, message: nil)
      }
      let running = try await createJob("running", of: repository)
      try await cluster.startPod(of: running)
      _ = try await createJob("new", of: repository)
      let access = KubernetesAccess(
        client: server.client, defaultImage: "satis:test", configMaps: Cache { [$0.key] })

      let toStart = try await access.output(of: repository, neighbours: [])
      #expect(Set(toStart.unfinishedJobs.map(\.metadata.name)) == ["running", "new"])
      #expect(!toStart.jobs.contains { $0.metadata.name == "succeeded" })
      #expect(toStart.pods.map(\.metadata.name) == ["running-pod"])

      repository.status = SatisRepository.Status()
      repository.status?.activeJob = SatisRepository.ActiveJob(
        name: "running", startTime: Timestamp(seconds: 1_700_000_000), configHash: "h", full: true, builds: []
      )
      let toFollow = try await access.output(of: repository, neighbours: [])
      #expect(Set(toFollow.jobs.map(\.metadata.name)) == ["succeeded", "failed", "running", "new"])
      #expect(toFollow.pods.count == 3)
    }
  }
}
