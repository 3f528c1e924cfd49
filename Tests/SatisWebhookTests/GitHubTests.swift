import KubernetesClient
import SatisAPI
import Testing

@Suite struct GitHubTests {
  let fixture = Fixture()

  @Test func `a push makes the build that records it`() async throws {
    let reply = try await fixture.send(GitHubCalls.push().signed())

    #expect(reply.status == 202)
    #expect(reply["result"] == "created")
    #expect(reply["namespace"] == "satis")
    let build = try #require(fixture.store.builds.first)
    #expect(reply["build"] == build.metadata.name)
    #expect(build.metadata.namespace == "satis")
    #expect(
      build.spec
        == SatisBuild.Spec(
          repositoryRef: .init(name: "packages"),
          source: .init(url: GitHubCalls.cloneURL),
          trigger: .init(
            type: .webhook, provider: "github", deliveryID: GitHubCalls.delivery, ref: "refs/heads/main",
            commit: GitHubCalls.commit, actor: "alexdoe-work")))
  }

  @Test func `the build's name comes from repository, host, delivery and source`() async throws {
    let reply = try await fixture.send(GitHubCalls.push().signed())

    let repository = Fixture.repository(secrets: nil)
    #expect(
      reply["build"]
        == ResourceNames.build(
          repository: repository.metadata, host: "github", delivery: GitHubCalls.delivery,
          source: GitHubCalls.cloneURL))
  }

  @Test func `a redelivery makes nothing and names the same build`() async throws {
    let first = try await fixture.send(GitHubCalls.push().signed())
    let second = try await fixture.send(GitHubCalls.push().signed())

    #expect(second.status == 200)
    #expect(second["result"] == "duplicate")
    #expect(second["build"] == first["build"])
    #expect(fixture.store.builds.count == 1)
  }

  @Test func `another delivery of the same push makes another build`() async throws {
    _ = try await fixture.send(GitHubCalls.push().signed())
    var call = GitHubCalls.push().signed()
    call.headers["X-GitHub-Delivery"] = "0b989ba4-242f-11e5-81e1-c7b6966d2516"

    #expect(try await fixture.send(call).status == 202)
    #expect(fixture.store.builds.count == 2)
  }

  @Test func `a pushed tag is built`() async throws {
    #expect(try await fixture.send(GitHubCalls.push(ref: "refs/tags/v1.2.0").signed()).status == 202)
    #expect(fixture.store.builds.first?.spec.trigger?.ref == "refs/tags/v1.2.0")
  }

  @Test func `a tag that is pushed without the commit it leads to records none`() async throws {
    let call = GitHubCalls.push(ref: "refs/tags/v1.2.0")
    #expect(String(decoding: call.body, as: UTF8.self).contains(#""head_commit":null"#))
    #expect(try await fixture.send(call.signed()).status == 202)
    let trigger = try #require(fixture.store.builds.first?.spec.trigger)
    #expect(trigger.commit == nil)
  }

  @Test func `a deleted branch is built and records no commit`() async throws {
    let zeros = String(repeating: "0", count: 40)
    let reply = try await fixture.send(GitHubCalls.push(after: zeros, deleted: true).signed())

    #expect(reply.status == 202)
    let spec = try #require(fixture.store.builds.first?.spec)
    #expect(spec.trigger?.ref == "refs/heads/main")
    #expect(spec.trigger?.commit == nil)
    #expect(spec.source?.prune == true)
  }

  @Test func `a form is signed as it is sent and its payload decoded`() async throws {
    let reply = try await fixture.send(GitHubCalls.form(GitHubCalls.push()).signed())

    #expect(reply.status == 202)
    #expect(fixture.store.builds.first?.spec.source?.url == GitHubCalls.cloneURL)
  }

  @Test func `a form with a parameter in its content type is a form`() async throws {
    var call = GitHubCalls.form(GitHubCalls.push()).signed()
    call.headers["Content-Type"] = "Application/X-WWW-Form-Urlencoded; charset=utf-8"
    #expect(try await fixture.send(call).status == 202)
  }

  @Test func `a form signed over its inner JSON is refused`() async throws {
    let push = GitHubCalls.push()
    var call = GitHubCalls.form(push)
    call.headers["X-Hub-Signature-256"] = push.signed().headers["X-Hub-Signature-256"]
    #expect(try await fixture.send(call).status == 401)
  }

  @Test(arguments: ["payload=%7", "payload=%zz", "payload=", "body={}", "payload"])
  func `a form without a readable payload is malformed`(body: String) async throws {
    var call = GitHubCalls.form(GitHubCalls.push())
    call.body = Array(body.utf8)
    let reply = try await fixture.send(call.signed())

    #expect(reply.status == 400)
    #expect(fixture.store.builds.isEmpty)
  }

  @Test func `a ping is answered without a build`() async throws {
    let reply = try await fixture.send(GitHubCalls.ping.signed())

    #expect(reply.status == 200)
    #expect(reply["result"] == "pong")
    #expect(fixture.store.builds.isEmpty)
  }

  @Test func `a ping needs the secret too`() async throws {
    #expect(try await fixture.send(GitHubCalls.ping.signed(with: "wrong")).status == 401)
  }

  @Test(arguments: ["issues", "repository", "star", "workflow_run"])
  func `other events are ignored with the reason`(event: String) async throws {
    let reply = try await fixture.send(GitHubCalls.call(event, "{}").signed())

    #expect(reply.status == 200)
    #expect(reply["result"] == "ignored")
    #expect(reply["reason"]?.contains("'\(event)'") == true)
    #expect(fixture.store.builds.isEmpty)
  }

  @Test(arguments: [
    ("{", "The body is not JSON"),
    ("", "The body is not JSON"),
    ("[]", "The body is no object"),
    ("{}", "'repository' of the body is missing"),
    (#"{"repository":{}}"#, "no URL of the repository"),
    (#"{"repository":{"clone_url":null}}"#, "no URL of the repository"),
    (#"{"repository":{"clone_url":7}}"#, "'repository.clone_url' of the body is no string"),
    (#"{"repository":{"clone_url":"-x"}}"#, "starts with '-'"),
  ])
  func `a push that cannot be read says what is wrong`(body: String, problem: String) async throws {
    let reply = try await fixture.send(GitHubCalls.call("push", body).signed())

    #expect(reply.status == 400)
    #expect(reply["error"] == "malformed")
    #expect(reply["message"]?.contains(problem) == true, "\(reply.body)")
    #expect(fixture.store.builds.isEmpty)
  }

  @Test func `JSON nested without end is malformed`() async throws {
    let body = #"{"repository":"# + String(repeating: "[", count: 100_000)
    #expect(try await fixture.send(GitHubCalls.call("push", body).signed()).status == 400)
  }

  @Test(arguments: ["X-GitHub-Delivery", "X-GitHub-Event"])
  func `a push without one of GitHub's headers is malformed`(header: String) async throws {
    var call = GitHubCalls.push().signed()
    call.headers[header] = nil
    let reply = try await fixture.send(call)

    #expect(reply.status == 400)
    #expect(reply["message"]?.contains(header) == true)
    #expect(fixture.store.builds.isEmpty)
  }
}
