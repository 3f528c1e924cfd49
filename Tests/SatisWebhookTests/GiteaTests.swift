import SatisAPI
import Testing

/// Gitea and Forgejo, who send GitHub's headers beside their own.
@Suite struct GiteaTests {
  let fixture = Fixture()

  @Test(arguments: ["gitea", "forgejo"])
  func `GitHub's headers beside their own do not make them GitHub`(host: String) async throws {
    let call = try RecordedCall.read("\(host)/push")
    #expect(call.headers["X-GitHub-Event"] == "push")
    #expect(try await fixture.send(call).status == 202)
    #expect(fixture.store.builds.first?.spec.trigger?.provider == host)
  }

  @Test(arguments: ["gitea", "forgejo"])
  func `the empty signatures that are sent without a secret are none`(host: String) async throws {
    var call = try RecordedCall.unproven("\(host)/push")
    call.headers.merge([
      "X-Gitea-Signature": "", "X-Forgejo-Signature": "", "X-Gogs-Signature": "", "X-Hub-Signature": "sha1=",
      "X-Hub-Signature-256": "sha256=",
    ]) { $1 }
    if host == "gitea" { call.headers["X-Forgejo-Signature"] = nil }
    #expect(try await fixture.send(call).status == 401)
    #expect(fixture.logText.contains("-Signature is missing or empty; enter the secret at"))
  }

  @Test(arguments: ["gitea", "forgejo"])
  func `GitHub's signature does not stand in for a wrong one of their own`(host: String) async throws {
    var call = try RecordedCall.read("\(host)/push", secret: "wrong")
    call = call.signed()
    #expect(try await fixture.send(call).status == 401)
  }

  @Test(arguments: ["gitea", "forgejo"])
  func `of a form the JSON inside is signed`(host: String) async throws {
    let push = try RecordedCall.read("\(host)/push")
    #expect(try await fixture.send(GitHubCalls.form(push)).status == 202)
    #expect(fixture.store.builds.first?.spec.source?.url == "https://gitea.example.com/acme/tools.git")
  }

  @Test(arguments: ["gitea", "forgejo"])
  func `a form that is signed as GitHub does is refused`(host: String) async throws {
    let form = GitHubCalls.form(try RecordedCall.unproven("\(host)/push"))
    #expect(try await fixture.send(RecordedCall.prove(form, from: host)).status == 401)
  }

  @Test(arguments: ["payload=%7", "body={}", "payload"])
  func `a form without a readable payload has nothing that is signed`(body: String) async throws {
    var call = GitHubCalls.form(try RecordedCall.unproven("gitea/push"))
    call.body = Array(body.utf8)
    #expect(try await fixture.send(RecordedCall.prove(call, from: "gitea")).status == 401)
  }

  @Test func `what is no signature is refused before a form is read`() async throws {
    var call = GitHubCalls.form(try RecordedCall.unproven("gitea/push"))
    call.body = Array("body={}".utf8)
    call.headers["X-Gitea-Signature"] = "abc"
    #expect(try await fixture.send(call).status == 401)
    #expect(fixture.logText.contains("the signature is not 64 hexadecimal digits"))
  }

  @Test(arguments: ["gitea", "forgejo"])
  func `the create of a branch records its commit`(host: String) async throws {
    var call = try RecordedCall.unproven("\(host)/create")
    let body = String(decoding: call.body, as: UTF8.self)
    call.body = Array(body.replacing(#""ref_type": "tag""#, with: #""ref_type": "branch""#).utf8)
    #expect(try await fixture.send(RecordedCall.prove(call, from: host)).status == 202)
    let trigger = fixture.store.builds.first?.spec.trigger
    #expect(trigger?.ref == "refs/heads/v1.2.0")
    #expect(trigger?.commit == "8d1f3b0c5e7a92d4f6081b3c5d7e9fa0b2c4d6e8")
  }

  @Test func `the push and the create of one tag are two deliveries of one source`() async throws {
    let push = try await fixture.send(RecordedCall.read("gitea/push-tag"))
    let create = try await fixture.send(RecordedCall.read("gitea/create"))
    #expect((push.status, create.status) == (202, 202))
    #expect(Set(fixture.store.builds.map(\.spec.source)).count == 1)
  }

  @Test func `a call without a delivery is malformed`() async throws {
    var call = try RecordedCall.read("gitea/push")
    call.headers["X-Gitea-Delivery"] = nil
    let reply = try await fixture.send(call)
    #expect(reply.status == 400)
    #expect(reply["message"]?.contains("X-Gitea-Delivery") == true)
  }
}
