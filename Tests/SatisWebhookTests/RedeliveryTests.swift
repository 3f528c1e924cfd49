import KubernetesClient
import SatisAPI
import Testing

/// What becomes of a call that comes again.
@Suite struct RedeliveryTests {
  let fixture = Fixture()

  private func push() async throws -> Reply {
    try await fixture.send(GitHubCalls.push().signed())
  }

  @Test(arguments: [SatisBuild.Reason.queued, .running, .retrying, .succeeded, .cancelled, .superseded])
  func `a build that goes on or is done with is not made again`(reason: SatisBuild.Reason) async throws {
    let name = try #require(try await push()["build"])
    fixture.store.set(reason, of: name)
    let again = try await push()

    #expect(again.status == 200)
    #expect(again["result"] == "duplicate")
    #expect(again["build"] == name)
    #expect(fixture.store.builds.count == 1)
  }

  @Test(arguments: [SatisBuild.Reason.failed, .timedOut, .invalid])
  func `a build that failed is made again, under the next name`(reason: SatisBuild.Reason) async throws {
    let first = try #require(try await push()["build"])
    fixture.store.set(reason, of: first)
    let second = try await push()

    #expect(second.status == 202)
    #expect(
      second["build"]
        == ResourceNames.build(
          repository: Fixture.repository(secrets: nil).metadata, host: "github",
          delivery: GitHubCalls.delivery,
          source: GitHubCalls.cloneURL, failures: 1))
    #expect(try await push()["build"] == second["build"])
    #expect(fixture.store.builds.count == 2)

    fixture.store.set(reason, of: try #require(second["build"]))
    let third = try await push()
    #expect(third["result"] == "created")
    #expect(Set(fixture.store.builds.map(\.metadata.name)).count == 3)
  }

  @Test(arguments: [SatisBuild.Reason.failed, .succeeded])
  func `of a superseded build it counts how the one ended that stood for it`(
    reason: SatisBuild.Reason
  ) async throws {
    let first = try #require(try await push()["build"])
    var heirs: [String] = []
    for delivery in ["second", "third"] {
      let call = GitHubCalls.call("push", GitHubCalls.pushBody(), delivery: delivery)
      heirs.append(try #require(try await fixture.send(call.signed())["build"]))
    }
    fixture.store.set(.superseded, of: first, by: heirs[0])
    fixture.store.set(.superseded, of: heirs[0], by: heirs[1])
    fixture.store.set(reason, of: heirs[1])
    #expect(try await push().status == (reason == .failed ? 202 : 200))
  }

  @Test func `a superseded build whose successor is no longer kept is done with`() async throws {
    fixture.store.set(.superseded, of: try #require(try await push()["build"]), by: "gone")
    #expect(try await push()["result"] == "duplicate")
  }

  @Test func `calls that come at once after a failure make one build`() async throws {
    fixture.store.set(.failed, of: try #require(try await push()["build"]))
    let replies = try await withThrowingTaskGroup(of: Reply.self) { group in
      for _ in 0..<20 { group.addTask { try await push() } }
      return try await group.reduce(into: [Reply]()) { $0.append($1) }
    }
    #expect(replies.count { $0.status == 202 } == 1)
    #expect(replies.count { $0["result"] == "duplicate" } == 19)
    #expect(Set(replies.map { $0["build"] }).count == 1)
    #expect(fixture.store.builds.count == 2)
  }

  @Test func `a source whose build failed is made again beside one that is there`() async throws {
    fixture.store.add(
      Fixture.repository(
        secrets: [.init(name: "packages-webhook", key: "secret")],
        sources: [GitHubCalls.cloneURL, "git@github.com:acme/tools.git"]))
    let first = try await push()
    fixture.store.set(.failed, of: try #require(first.builds.last))
    let second = try await push()

    #expect(second["result"] == "created")
    #expect(second.builds.first == first.builds.first)
    #expect(second.builds.last != first.builds.last)
    #expect(fixture.store.builds.count == 3)
  }

  @Test(arguments: [FakeStore.Request.build, .create])
  func `an API server that does not tell what became of it makes the host come again`(
    request: FakeStore.Request
  ) async throws {
    _ = try await push()
    fixture.store.fail(request, .status(503, "ServiceUnavailable"))
    #expect(try await push().status == 503)
    #expect(fixture.store.builds.count == 1)
  }
}
