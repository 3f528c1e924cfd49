import KubernetesClient
import SatisAPI
import TestSupport
import Testing

/// Sources that cannot be built, among others and for a while.
@Suite(.timeLimit(.minutes(5))) struct SourceTests {
  @Test func `of ten builds in one Job the one with the broken source fails and says why`() async throws {
    try await Site.open { site in
      let packages = (1...9).map { "p\($0)" }
      for package in packages { try await site.git.create(package) }
      let urls = (packages + ["broken"]).map(site.git.url(of:))
      let repository = try await site.createRepository(
        "acme", sources: urls.map { #"{"type": "vcs", "url": "\#($0)"}"# }.joined(separator: ","))
      for (number, url) in urls.enumerated() { try await repository.createBuild("b\(number)", source: url) }

      let jobs = try await JobCount(server: site.server, namespace: site.namespace).during {
        let controller = try await site.startController()
        defer { controller.killHard() }
        for number in 0...8 {
          #expect(try await repository.ended("b\(number)").condition?.reason == "Succeeded", "b\(number)")
        }
        let broken = try await repository.ended("b9")
        #expect(broken.condition?.reason == "Failed")
        #expect(broken.status?.attempts?.first?.reason == "SourceDenied")
        #expect(broken.condition?.message.contains(site.git.url(of: "broken")) == true)
        #expect(broken.condition?.message.contains("not found") == true, "\(broken.condition?.message ?? "")")
      }

      #expect(jobs.count == 1)
      for package in packages {
        #expect(try site.output.versions(of: "acme/\(package)") == ["1.0.0"])
      }
    }
  }

  @Test func `while the git host is down a push is Retrying, and with the host comes the pushed tag`()
    async throws
  {
    try await Site.open { site in
      try await site.git.create("lib")
      let controller = try await site.startController()
      defer { controller.killHard() }
      let (repository, port) = try await site.git.again { host in
        let repository = try await site.createRepository(
          "acme", sources: #"{"type": "vcs", "url": "\#(host.url(of: "lib"))", "name": "acme/lib"}"#
        ) {
          $0.build = .init()
          $0.build?.retryLimit = 20
          $0.build?.backoffSeconds = 5
          $0.build?.maxBackoffSeconds = 5
        }
        #expect(try await repository.built("full").condition?.reason == "Succeeded")
        return (repository, host.port)
      }
      try await site.git.tag("lib", "1.1.0")

      // Satis itself would end well, with what it has in its cache.
      let url = "\(site.git.url.split(separator: ":").dropLast().joined(separator: ":")):\(port)/lib.git"
      try await repository.createBuild("push", source: url)
      let waiting = try await repository.wait(for: "push") { $0.condition?.reason == "Retrying" }
      #expect(waiting.condition?.message.contains("SourceUnreachable") == true)
      #expect(waiting.condition?.message.contains(url) == true)
      #expect(try site.output.versions(of: "acme/lib") == ["1.0.0"])

      try await site.git.again(port: port) { _ in
        let build = try await repository.ended("push")
        #expect(build.condition?.reason == "Succeeded")
        #expect((build.status?.attempts?.count ?? 0) >= 2)
      }
      #expect(try site.output.versions(of: "acme/lib") == ["1.0.0", "1.1.0"])
    }
  }
}
