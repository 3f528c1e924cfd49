import Foundation
import KubernetesClient
import SatisAPI
import TestSupport
import Testing

/// What can be asked of a repository besides bringing it up to date.
@Suite(.timeLimit(.minutes(5))) struct OperationTests {
  @Test
  func `a deleted tag leaves the output with prune, and its archive with a purge, whatever the homepage`()
    async throws
  {
    try await Site.open { site in
      let repository = try await site.createRepository("acme", packages: ["app", "lib"]) {
        $0.history = .init(releases: 1, graceSeconds: 0)
      }
      let controller = try await site.startController()
      defer { controller.killHard() }
      try await site.git.tag("lib", "1.1.0")
      #expect(try await repository.built("full").condition?.reason == "Succeeded")
      #expect(try archives(of: "1.1.0", site).count == 1)

      try await site.git.deleteTag("lib", "1.1.0")
      let pruned = try await repository.built("pruned", source: site.git.url(of: "lib"), prune: true)
      #expect(pruned.condition?.reason == "Succeeded")
      #expect(try site.output.versions(of: "acme/lib") == ["1.0.0"])
      #expect(try site.output.versions(of: "acme/app") == ["1.0.0"])

      // The purge is asked for first. Which of the two is done first, nobody knows.
      try await repository.createBuild("purge-first", operation: .purge)
      let first = try await repository.changeHomepage(to: "http://first.example.org")
      #expect(try await repository.ended("purge-first").condition?.reason == "Succeeded")
      try await repository.wait { $0.status?.configHash == first && $0.status?.activeJob == nil }
      #expect(try await site.output.reader.readEverything().count > 3)

      // A purge under the new homepage takes every archive of the old one for needless.
      let second = try await repository.changeHomepage(to: "http://second.example.org")
      #expect(
        try await repository.built("purge-last", operation: .purge).condition?.reason == "Succeeded")
      try await repository.wait { $0.status?.configHash == second && $0.status?.activeJob == nil }
      #expect(try await site.output.reader.readEverything().count > 3)
      #expect(try archives(of: "1.1.0", site) == [])
    }
  }

  @Test func `a rollback serves the earlier release again`() async throws {
    try await Site.open { site in
      let repository = try await site.createRepository("acme", packages: ["lib"])
      let controller = try await site.startController()
      defer { controller.killHard() }
      let first = try await repository.built("first")
      try await site.git.tag("lib", "1.1.0")
      let second = try await repository.built("second")
      #expect(second.status?.release != first.status?.release)
      #expect(try site.output.versions(of: "acme/lib") == ["1.0.0", "1.1.0"])

      let rollback = try await repository.built("rollback", operation: .rollback)

      #expect(rollback.condition?.reason == "Succeeded")
      #expect(rollback.status?.release == first.status?.release)
      #expect(site.output.release == first.status?.release)
      #expect(try site.output.versions(of: "acme/lib") == ["1.0.0"])
      try await repository.wait { $0.status?.release == first.status?.release }
      try await site.output.reader.readEverything()
    }
  }

  @Test func `a cancelled build ends in an orderly way, and its log and its pod are kept`() async throws {
    try await Site.open { site in
      let repository = try await site.createRepository("acme", packages: ["lib"])
      let gate = try Gate(in: repository.cache)
      let controller = try await site.startController()
      defer { controller.killHard() }
      try await repository.createBuild("b1")
      try await gate.waitUntilReached()
      gate.letOthersPass()

      try await repository.cancel("b1")

      let build = try await repository.ended("b1")
      #expect(build.condition?.reason == "Cancelled")
      #expect(build.condition?.message.contains("told to stop") == true, "\(build.condition?.message ?? "")")
      #expect(build.status?.attempts?.first?.reason == "Terminated")
      #expect(
        try await site.kubectl.run("logs", build.status?.podName ?? "").contains("told to stop"))
      #expect(build.status?.logTail?.contains("told to stop") == true)
      #expect(site.output.release == nil)

      #expect(try await repository.built("b2").condition?.reason == "Succeeded")
      #expect(try repository.trace().isOneAfterTheOther)
    }
  }

  @Test func `a copy of a secret satis.json is gone once a changed one has been built`() async throws {
    try await Site.open { site in
      let repository = try await site.createRepository("acme", packages: ["lib"])
      try await repository.keepConfigurationSecret(homepage: "http://first.example.org")
      let controller = try await site.startController()
      defer { controller.killHard() }
      #expect(try await repository.built("first").condition?.reason == "Succeeded")
      let first = try await snapshots(site)
      #expect(first.count == 1)

      try await repository.keepConfigurationSecret(homepage: "http://second.example.org")
      #expect(try await repository.built("second").condition?.reason == "Succeeded")

      for name in first { try await site.server.waitUntilGone(Secret.self, name, in: site.namespace) }
      let second = try await snapshots(site)
      #expect(second.count == 1)
      #expect(try site.output.versions(of: "acme/lib") == ["1.0.0"])
    }
  }

  /// The names of the Secrets that builds are given.
  private func snapshots(_ site: Site) async throws -> [String] {
    try await site.server.client.listAll(
      ObjectIdentity<Secret>.self, in: site.namespace, labelSelector: "app.kubernetes.io/component=snapshot"
    ).items.map(\.metadata.name)
  }

  /// The archives of a version that lie in the release that is served.
  private func archives(of version: String, _ site: Site) throws -> [String] {
    try site.output.files().filter { $0.hasPrefix("dist/") && $0.contains("-\(version)-") }
  }
}
