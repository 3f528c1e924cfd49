import KubernetesClient
import SatisAPI
import TestSupport
import Testing

/// The controller killed with `kill -9` while Satis runs in a pod.
@Suite(.timeLimit(.minutes(5))) struct ControllerCrashTests {
  @Test func `killed while Satis runs, the build still ends Succeeded with one Job`() async throws {
    try await Site.open { site in
      let repository = try await site.createRepository("acme", packages: ["lib"])
      let gate = try Gate(in: repository.cache)
      let jobs = try await JobCount(server: site.server, namespace: site.namespace).during {
        let first = try await site.startController()
        try await repository.createBuild("b1")
        try await gate.waitUntilReached()
        first.killHard()
        gate.open()
        // The pod ends while nobody watches.
        _ = try await site.server.observe(Job.self, in: site.namespace) { $0.finishedCondition != nil }

        let second = try await site.startController()
        let build = try await repository.ended("b1")
        #expect(build.condition?.reason == "Succeeded")
        #expect(build.status?.release == site.output.release)
        #expect(second.terminate() == 0)
      }
      #expect(jobs.count == 1)
      #expect(try repository.trace().pods.count == 1)
    }
  }
}
