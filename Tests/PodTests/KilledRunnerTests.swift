import KubernetesClient
import SatisAPI
import TestSupport
import Testing

/// A runner that dies in the middle of Satis changes nothing that is served.
@Suite(.timeLimit(.minutes(5))) struct KilledRunnerTests {
  @Test func `killed by SIGKILL in the middle of Satis, what is served stays byte for byte`() async throws {
    try await withHeldBuild { site, repository, web, gate in
      let before = try await web.everything()
      try await repository.killProcesses(of: repository.pod(of: "b1"))

      let build = try await repository.ended("b1")
      #expect(build.condition?.reason == "Failed")
      #expect(build.status?.attempts?.first?.exitCode == 137)
      #expect(try await web.everything() == before)

      gate.open()
      #expect(try await repository.built("b2").condition?.reason == "Succeeded")
      #expect(try site.output.versions(of: "acme/lib") == ["1.0.0", "1.1.0"])
    }
  }

  @Test func `its pod deleted by force in the middle of Satis, what is served stays byte for byte`()
    async throws
  {
    try await withHeldBuild { site, repository, web, gate in
      let before = try await web.everything()
      // The one that comes after it waits at a gate of its own, and by then the first is dead.
      let next = try Gate(in: repository.cache)
      let pod = try await repository.pod(of: "b1")
      try await site.kubectl.run("delete", "pod", pod, "--grace-period=0", "--force")
      try await next.waitUntilReached()
      #expect(try await web.everything() == before)

      next.open()
      gate.open()
      try await repository.ended("b1")
      #expect(try await repository.built("b2").condition?.reason == "Succeeded")
      #expect(try site.output.versions(of: "acme/lib") == ["1.0.0", "1.1.0"])
      #expect(try repository.trace().pods.count >= 3)
    }
  }

  /// A repository with a release that the web server serves, and a build of a new version that is held while Satis
  /// writes.
  private func withHeldBuild(
    _ body: @escaping @Sendable (Site, BuildRepository, WebServer, Gate) async throws -> Void
  ) async throws {
    try await Site.open { site in
      let repository = try await site.createRepository("acme", packages: ["lib"])
      let controller = try await site.startController()
      defer { controller.killHard() }
      #expect(try await repository.built("full").condition?.reason == "Succeeded")
      let web = try await WebServer.start(in: site)
      try await site.git.tag("lib", "1.1.0")
      let gate = try Gate(in: repository.cache)
      try await repository.createBuild("b1", source: site.git.url(of: "lib"))
      try await gate.waitUntilReached()
      try await body(site, repository, web, gate)
    }
  }
}
