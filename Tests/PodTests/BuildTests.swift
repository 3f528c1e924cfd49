import Foundation
import KubernetesClient
import SatisAPI
import TestSupport
import Testing

/// What becomes of a build, from the controller to what Satis wrote, with real Jobs and pods.
@Suite(.timeLimit(.minutes(5))) struct BuildTests {
  @Test func `a build fills its status, its pod's log and the output`() async throws {
    try await Site.open { site in
      let repository = try await site.createRepository("acme", packages: ["lib"])
      let controller = try await site.startController()
      defer { controller.killHard() }

      let build = try await repository.built("first")

      let status = try #require(build.status)
      #expect(build.condition?.reason == "Succeeded")
      let queued = try #require(status.queuedTime)
      let started = try #require(status.startTime)
      let completed = try #require(status.completionTime)
      #expect(queued <= started && started <= completed)
      #expect(status.release == site.output.release)
      #expect(status.attempts?.count == 1)
      #expect(status.attempts?.first?.exitCode == 0)
      #expect(status.attempts?.first?.jobName == status.jobName)
      #expect(status.logTail?.contains("Published release") == true)
      let pod = try #require(status.podName)
      #expect(
        try await site.kubectl.run("logs", pod).contains("Published release \(site.output.release ?? "")"))
      #expect(try site.output.versions(of: "acme/lib") == ["1.0.0"])

      let owner = try await site.server.wait(for: SatisRepository.self, "acme", in: site.namespace) {
        $0.status?.activeJob == nil && $0.status?.release != nil
      }
      #expect(owner.status?.release == site.output.release)
      #expect(owner.status?.lastSucceededTime == completed)
    }
  }

  @Test func `a source in another spelling brings its package up to date and no other`() async throws {
    try await Site.open { site in
      let repository = try await site.createRepository("acme", packages: ["app", "lib"])
      let controller = try await site.startController()
      defer { controller.killHard() }
      #expect(try await repository.built("full").condition?.reason == "Succeeded")
      try await site.git.tag("app", "1.1.0")
      try await site.git.tag("lib", "1.1.0")

      let spelling = String(site.git.url(of: "lib").dropLast(".git".count)) + "/"
      #expect(try await repository.built("push", source: spelling).condition?.reason == "Succeeded")

      #expect(try site.output.versions(of: "acme/lib") == ["1.0.0", "1.1.0"])
      #expect(try site.output.versions(of: "acme/app") == ["1.0.0"])
    }
  }

  @Test func `a source that cannot be cloned fails the build and says why`() async throws {
    try await Site.open { site in
      let url = site.git.url(of: "nowhere")
      let repository = try await site.createRepository(
        "acme", sources: #"{"type": "vcs", "url": "\#(url)"}"#)
      let controller = try await site.startController()
      defer { controller.killHard() }

      let build = try await repository.built("broken")

      #expect(build.condition?.reason == "Failed")
      let attempt = try #require(build.status?.attempts?.first)
      #expect(attempt.reason == "SourceDenied")
      let exitCode = try #require(attempt.exitCode)
      #expect(exitCode != 0)
      #expect(build.condition?.message.contains("exit code \(exitCode)") == true)
      #expect(build.condition?.message.contains(url) == true)
      #expect(build.status?.logTail?.contains(url) == true)
      #expect(site.output.release == nil)
    }
  }

  @Test func `a build that exceeds its deadline is TimedOut`() async throws {
    try await Site.open { site in
      // The shortest that the API server admits.
      let repository = try await site.createRepository("acme", packages: ["lib"]) {
        $0.build = .init(activeDeadlineSeconds: 60)
      }
      let gate = try Gate(in: repository.cache)
      let controller = try await site.startController()
      defer { controller.killHard() }
      try await repository.createBuild("slow")
      try await gate.waitUntilReached()

      let build = try await repository.ended("slow")

      #expect(build.condition?.reason == "TimedOut")
      #expect(build.condition?.message.contains("activeDeadlineSeconds") == true)
      #expect(build.status?.attempts?.first?.reason == "DeadlineExceeded")
      #expect(site.output.release == nil)
      #expect(try repository.trace().isOneAfterTheOther)
    }
  }
}
