import KubernetesClient
import SatisAPI
import TestSupport
import Testing

/// The plugin where there are real pods, whose logs no API server has by itself.
@Suite(.timeLimit(.minutes(5))) struct PluginTests {
  @Test func `a build's log is printed while it runs, and again afterwards`() async throws {
    try await Site.open { site in
      let repository = try await site.createRepository("acme", packages: ["lib"])
      let controller = try await site.startController()
      defer { controller.killHard() }
      try await PluginProcess.linked(kubeconfig: site.server.kubeconfig, namespace: site.namespace) {
        plugin in
        let gate = try Gate(in: repository.cache)
        async let running = plugin.run("build", "acme/lib", "--logs")
        try await gate.waitUntilReached()
        let build = try await site.server.observe(SatisBuild.self, in: site.namespace) {
          $0.reason == .running
        }
        async let following = plugin.run("logs", "--follow", build.metadata.name)
        gate.open()
        let result = try await running

        #expect(result.exitCode == 0)
        #expect(result.output.contains("Published release"))
        #expect(result.errors.contains("\(build.metadata.name): Succeeded"))
        let followed = try await following
        #expect(followed.exitCode == 0)
        #expect(followed.output.contains("Published release"))
        let afterwards = try await plugin.run("logs", build.metadata.name)
        #expect(afterwards.exitCode == 0)
        #expect(afterwards.output.contains("Published release"))
        #expect(afterwards.errors.isEmpty)
      }
    }
  }
}
