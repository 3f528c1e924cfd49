import Foundation
import KubernetesClient
import SatisAPI
import TestSupport
import Testing

/// In one output directory at most one Satis writes at a time, whatever happens to pods.
@Suite(.timeLimit(.minutes(5))) struct OneWriterTests {
  @Test func `queued builds and a pod deleted by hand: the Satis processes never overlap`() async throws {
    try await Site.open { site in
      let repository = try await site.createRepository("acme", packages: ["app", "lib"]) {
        $0.build = .init()
        $0.build?.batchLimit = 1
      }
      let gate = try Gate(in: repository.cache)
      try await repository.createBuild("b1", source: site.git.url(of: "app"))
      try await repository.createBuild("b2", source: site.git.url(of: "lib"))
      let controller = try await site.startController()
      defer { controller.killHard() }
      try await gate.waitUntilReached()
      gate.letOthersPass()

      let pod = try await repository.pod(of: "b1")
      try await site.kubectl.run("delete", "pod", pod, "--wait=false")

      // What becomes of the first depends on whether this Kubernetes makes another pod for its Job.
      try await repository.ended("b1")
      #expect(try await repository.ended("b2").condition?.reason == "Succeeded")
      let trace = try repository.trace()
      #expect(trace.pods.count >= 2, "\(trace)")
      #expect(trace.pods.first == pod)
      #expect(trace.isOneAfterTheOther, "\(trace)")
    }
  }

  @Test func `of two runners started by hand the second waits and says for whom`() async throws {
    try await Site.open { site in
      let repository = try await site.createRepository("acme", packages: ["app", "lib"])
      let controller = try await site.startController()
      let full = try await repository.built("full")
      #expect(full.condition?.reason == "Succeeded")
      #expect(controller.terminate() == 0)
      try await site.git.tag("app", "1.1.0")
      try await site.git.tag("lib", "1.1.0")
      let template = try await PodTemplate(ofJob: full.status?.jobName ?? "", in: site)

      let gate = try Gate(in: repository.cache)
      try await template.start("by-hand-1", source: site.git.url(of: "app"))
      try await gate.waitUntilReached()
      try await template.start("by-hand-2", source: site.git.url(of: "lib"))
      let line = try await template.line(of: "by-hand-2") { $0.contains("waiting for the lock") }
      #expect(line.contains("held by job by-hand-1 (pod by-hand-1) since"))
      gate.open()

      for pod in ["by-hand-1", "by-hand-2"] {
        let ended = try await site.server.wait(for: Pod.self, pod, in: site.namespace) { $0.isFinished }
        #expect(ended.status?.phase == "Succeeded")
      }
      #expect(try site.output.versions(of: "acme/app") == ["1.0.0", "1.1.0"])
      #expect(try site.output.versions(of: "acme/lib") == ["1.0.0", "1.1.0"])
      let trace = try repository.trace()
      #expect(trace.pods.suffix(2) == ["by-hand-1", "by-hand-2"], "\(trace)")
      #expect(trace.isOneAfterTheOther, "\(trace)")
    }
  }
}
