import HTTPTypes
import SatisAPI
import Testing

/// Bitbucket Cloud and Bitbucket Data Center, which have one header for events and two of everything else.
@Suite struct BitbucketTests {
  let fixture = Fixture()

  @Test func `a source of Cloud is named by its full name, since there are no links to clone from`()
    async throws
  {
    _ = try await fixture.send(RecordedCall.read("bitbucket-cloud/push"))
    #expect(fixture.store.builds.first?.spec.source?.url == "https://bitbucket.org/acme/tools.git")
  }

  @Test func `several branches in one push are one build`() async throws {
    #expect(try await fixture.send(RecordedCall.read("bitbucket-cloud/push-several")).builds.count == 1)
  }

  @Test(arguments: ["bitbucket-cloud/push", "bitbucket-data-center/push"])
  func `GitHub's header for SHA-256 is not theirs, nor is SHA-1`(name: String) async throws {
    var call = try RecordedCall.unproven(name).signed()
    #expect(try await fixture.send(call).status == 401)
    call.headers["X-Hub-Signature"] = "sha1=\(String(repeating: "a", count: 40))"
    #expect(try await fixture.send(call).status == 401)
  }

  @Test func `an X-Request-Id that a proxy adds does not make Cloud a Data Center`() async throws {
    var call = try RecordedCall.read("bitbucket-cloud/push")
    call.headers["X-Request-Id"] = "4f0f6e5ab1d2c3e4"
    #expect(try await fixture.send(call).status == 202)
    #expect(fixture.store.builds.first?.spec.trigger?.provider == "bitbucket-cloud")
  }

  @Test func `a second attempt of Cloud is the same delivery`() async throws {
    var call = try RecordedCall.read("bitbucket-cloud/push")
    #expect(try await fixture.send(call).status == 202)
    call.headers["X-Attempt-Number"] = "2"
    #expect(try await fixture.send(call)["result"] == "duplicate")
  }

  @Test func `a body of Cloud that is far above its limit is not read`() async throws {
    var call = try RecordedCall.unproven("bitbucket-cloud/push")
    call.body += Array(repeating: UInt8(ascii: " "), count: 1 << 20)
    #expect(try await fixture.send(RecordedCall.prove(call, from: "bitbucket-cloud")).status == 413)
  }

  // MARK: - Data Center

  @Test func `the source is found by its ssh link where the http link leads through scm`() async throws {
    _ = try await fixture.send(RecordedCall.read("bitbucket-data-center/push"))
    #expect(
      fixture.store.builds.first?.spec.source?.url == "ssh://git@bitbucket.example.com:7999/acme/tools.git")
  }

  @Test(arguments: [
    ("https://bitbucket.example.com/scm/acme/tools.git", "acme"),
    ("https://bitbucket.example.com/scm/acme/tools.git", "ACME"),
    ("ssh://git@bitbucket.example.com:7999/acme/tools.git", "ACME"),
  ])
  func `the key of a project may be in small letters or in capitals`(source: String, key: String) async throws
  {
    fixture.store.add(
      Fixture.repository(secrets: [.init(name: "packages-webhook", key: "secret")], sources: [source]))
    var call = try RecordedCall.unproven("bitbucket-data-center/push")
    call.body = Array(String(decoding: call.body, as: UTF8.self).replacing("/acme/", with: "/\(key)/").utf8)
    let reply = try await fixture.send(RecordedCall.prove(call, from: "bitbucket-data-center"))
    #expect(reply.status == 202, "\(reply.body)")
  }

  @Test func `a test that Bitbucket does not sign is no failure and tells nothing`() async throws {
    let ping = try RecordedCall.unproven("bitbucket-data-center/ping")
    let known = try await fixture.send(ping)
    let unknown = try await fixture.send(.post, "/satis/unknown", ping)
    #expect((known.status, unknown.status) == (200, 200))
    #expect(known["result"] == "ignored")
    #expect(known["reason"]?.contains("of the secret nothing is known") == true)
    #expect(known.body == unknown.body)
    #expect(fixture.store.requests.isEmpty)
  }

  @Test func `no other call comes in without a signature by calling itself a test`() async throws {
    var call = try RecordedCall.unproven("bitbucket-data-center/push")
    call.headers["X-Event-Key"] = "diagnostics:ping"
    #expect(try await fixture.send(call)["result"] == "ignored")
    #expect(fixture.store.builds.isEmpty)
  }

  @Test(arguments: ["bitbucket-cloud", "bitbucket-data-center"])
  func `a push without a request id is malformed`(host: String) async throws {
    var call = try RecordedCall.read("\(host)/push")
    call.headers["X-Request-Id"] = nil
    call.headers["X-Request-UUID"] = nil
    #expect(try await fixture.send(call).status == 400)
  }
}
