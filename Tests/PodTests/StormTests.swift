import KubernetesClient
import SatisAPI
import SeededRandom
import TestSupport
import Testing

/// Many pushes at once, and a controller that dies again and again.
@Suite(.timeLimit(.minutes(5))) struct StormTests {
  /// The controller's moments of death and the order of the pushes follow from it.
  private static let seed: UInt64 = 20_261_124

  @Test
  func `of a hundred pushes none is lost although the controller dies five times, and few Jobs do it all`()
    async throws
  {
    try await Site.open { site in
      let packages = (1...20).map { "p\($0)" }
      let repository = try await site.createRepository("acme", packages: packages) {
        $0.webhook = .init(secretRefs: [KeyReference(name: "hook", key: "secret")])
        $0.build = .init()
        // Small enough for several Jobs, and with them for more moments to die in.
        $0.build?.batchLimit = 8
        $0.build?.retryLimit = 3
        $0.build?.backoffSeconds = 1
      }
      let webhook = try await site.startWebhook()
      defer { webhook.terminate() }
      let history = BuildHistory()
      let before = try await site.startController()
      #expect(try await repository.built("full").condition?.reason == "Succeeded")
      #expect(before.terminate() == 0)

      let jobs = try await JobCount(server: site.server, namespace: site.namespace).during {
        try await history.during(site) {
          async let controller = controllerKilledAtRandom(times: 5, site, history)
          let started = ContinuousClock.now
          let pushes = try await push(packages, of: site, to: webhook)
          #expect(ContinuousClock.now - started < .seconds(60))
          #expect(pushes.count == 100)
          for build in pushes { try await repository.ended(build) }
          try await controller.killHard()
        }
      }

      // One is that of the full build before.
      print("storm: \(jobs.count - 1) Jobs for 100 pushes")
      #expect(jobs.count <= 31)
      #expect(history.changedEnds == [])
      #expect(unaccounted(history.builds) == [])
      let trace = try repository.trace()
      #expect(trace.isOneAfterTheOther, "\(trace)")
      for package in packages {
        let versions = try site.output.versions(of: "acme/\(package)")
        #expect(versions == ["1.0.0", "1.1.0", "1.2.0", "1.3.0", "1.4.0", "1.5.0"], "\(package)")
      }
    }
  }

  /// Pushes five versions of each package, in turn but in no order, and calls the webhook after each; returns the builds.
  private func push(
    _ packages: [String], of site: Site, to webhook: WebhookProcess
  ) async throws -> [String] {
    var generator = SeededGenerator(seed: Self.seed)
    var builds: [String] = []
    for round in 1...5 {
      for package in packages.shuffled(using: &generator) {
        let version = "1.\(round).0"
        let commit = try await site.git.tag(package, version)
        let body = """
          {"ref": "refs/tags/\(version)", "after": "\(commit)", "deleted": false,
           "head_commit": {"id": "\(commit)"},
           "repository": {"full_name": "acme/\(package)", "clone_url": "\(site.git.url(of: package))"},
           "pusher": {"name": "alex"}}
          """
        let answer = try await webhook.post(body, to: "acme", delivery: "\(package)-\(round)")
        #expect(answer.status == 202)
        builds.append(answer.answer["build"]?.text ?? "")
      }
    }
    return builds
  }

  /// Runs the controller; kills it whenever it has written a random number of statuses, and starts it again.
  private func controllerKilledAtRandom(
    times: Int, _ site: Site, _ history: BuildHistory
  ) async throws -> OperatorProcess {
    var generator = SeededGenerator(seed: Self.seed)
    var controller = try await site.startController()
    for _ in 0..<times {
      var writes = Int.random(in: 3...20, using: &generator)
      for await _ in history.statusChanges {
        writes -= 1
        if writes == 0 { break }
      }
      controller.killHard()
      controller = try await site.startController()
    }
    return controller
  }

  /// Builds that neither succeeded nor were left to one that did.
  private func unaccounted(_ builds: [String: SatisBuild]) -> [String] {
    builds.values.filter { build in
      var last = build
      var seen: Set<String> = []
      while last.condition?.reason == "Superseded", seen.insert(last.metadata.name).inserted,
        let heir = builds[last.status?.supersededBy ?? ""]
      {
        last = heir
      }
      return last.condition?.reason != "Succeeded"
    }.map { "\($0.metadata.name): \($0.condition?.reason ?? "")" }.sorted()
  }
}
