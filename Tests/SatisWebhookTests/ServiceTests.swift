import Hummingbird
import InMemoryLogging
import Logging
import Testing

/// What holds for all hosts: paths, methods, limits, an API server that fails, the log.
@Suite struct ServiceTests {
  let fixture = Fixture()
  let push = GitHubCalls.push().signed()

  @Test(arguments: ["/", "/satis/packages/more", "/satis/packages/github/more", "/satis/-/more"])
  func `an unknown path is not found`(path: String) async throws {
    let reply = try await fixture.send(.post, path, push)

    #expect(reply.status == 404)
    #expect(reply["error"] == "not_found")
    #expect(reply["message"]?.contains("/NAMESPACE/REPOSITORY") == true)
    #expect(reply.headers[.contentType] == "application/json")
    #expect(fixture.store.requests.isEmpty)
  }

  @Test(
    arguments: [.get, .put, .patch, .delete, .options] as [HTTPRequest.Method],
    ["/satis/packages", "/satis", "/satis/packages/github", "/satis/-/github"])
  func `repositories and namespaces take POST only`(method: HTTPRequest.Method, path: String) async throws {
    let reply = try await fixture.send(method, path, push)

    #expect(reply.status == 405)
    #expect(reply["error"] == "method_not_allowed")
    #expect(reply.headers[.allow] == "POST")
    #expect(fixture.store.requests.isEmpty)
  }

  @Test func `an answer to HEAD has no body`() async throws {
    let reply = try await fixture.send(.head, "/satis/packages", push)
    #expect(reply.status == 405)
    #expect(reply.body.isEmpty)
  }

  @Test(arguments: ["/healthz", "/readyz"])
  func `probes are answered, also while the API server is away`(path: String) async throws {
    fixture.store.fail(.repository, .status(503, "ServiceUnavailable"))
    #expect(try await fixture.send(.get, path, Call([:], "")).status == 200)
    let reply = try await fixture.send(.post, path, Call([:], ""))
    #expect(reply.status == 405)
    #expect(reply.headers[.allow] == "GET")
  }

  @Test func `the largest body of GitHub is taken, one byte more is too large`() async throws {
    var call = GitHubCalls.push()
    call.body += Array(repeating: UInt8(ascii: " "), count: (25 << 20) - call.body.count)
    #expect(try await fixture.send(call.signed()).status == 202)

    call.body.append(UInt8(ascii: " "))
    let reply = try await fixture.send(call.signed())
    #expect(reply.status == 413)
    #expect(reply["error"] == "too_large")
    #expect(reply["message"]?.contains("26214400") == true)
    #expect(fixture.store.builds.count == 1)
  }

  @Test func `the largest generic body is taken, one byte more is too large`() async throws {
    var call = GenericTests.urlCall
    call.body += Array(repeating: UInt8(ascii: " "), count: (1 << 20) - call.body.count)
    #expect(try await fixture.send(call).status == 202)

    call.body.append(UInt8(ascii: " "))
    #expect(try await fixture.send(call).status == 413)
    #expect(fixture.store.builds.count == 1)
  }

  @Test(
    arguments: [.repository, .secret, .create] as [FakeStore.Request],
    [(500, "InternalError"), (503, "ServiceUnavailable"), (429, "TooManyRequests"), (401, "Unauthorized")])
  func `an API server that fails makes the host come again`(
    request: FakeStore.Request, fault: (code: Int, reason: String)
  ) async throws {
    fixture.store.fail(request, .status(fault.code, fault.reason))
    let reply = try await fixture.send(push)

    #expect(reply.status == 503)
    #expect(reply["error"] == "unavailable")
    #expect(reply.headers[.retryAfter] == "10")
    #expect(fixture.store.builds.isEmpty)
    #expect(fixture.logText.contains(fault.reason))
    #expect(!reply.body.contains(fault.reason))
  }

  @Test(arguments: [(409, "Conflict"), (403, "Forbidden"), (404, "NotFound"), (422, "Invalid")])
  func `a build that is not stored is never acknowledged`(code: Int, reason: String) async throws {
    fixture.store.fail(.create, .status(code, reason))
    #expect(try await fixture.send(push).status == 503)
    #expect(fixture.store.builds.isEmpty)
    #expect(fixture.store.requests.filter { $0.hasPrefix("create") }.count == 1)
  }

  @Test(arguments: [.repository, .secret, .create] as [FakeStore.Request])
  func `an API server that is silent is not waited for`(request: FakeStore.Request) async throws {
    var fixture = fixture
    fixture.timeLimit = .milliseconds(50)
    fixture.store.fail(request, .silence)
    let reply = try await fixture.send(push)

    #expect(reply.status == 503)
    #expect(reply.headers[.retryAfter] == "10")
    #expect(fixture.store.builds.isEmpty)
  }

  @Test func `an unknown repository is no different while the API server is away`() async throws {
    var fixture = fixture
    fixture.waits = 0
    fixture.store.fail(.secret, .status(500, "InternalError"))
    let known = try await fixture.send(push)
    let unknown = try await fixture.send(.post, "/satis/unknown", push)

    #expect((known.status, unknown.status) == (503, 503))
    #expect(known.body == unknown.body)
  }

  @Test func `a refusal is logged with host, delivery and reason, and nothing that is secret`() async throws {
    _ = try await fixture.send(GitHubCalls.push().signed(with: "wrong"))
    _ = try await fixture.send(GenericTests.call(#"{"package":"acme/tools"}"#, token: "hunter2"))

    let entry = try #require(fixture.logs.entries.first)
    #expect(entry.level == .warning)
    #expect(
      entry.metadata == [
        "host": "github", "delivery": "\(GitHubCalls.delivery)", "repository": "satis/packages",
        "error": "unauthorized", "reason": "the signature or token fits no secret of the repository",
      ])
    for secret in [Fixture.secret, "hunter2", "clone_url", "alex@example.com", "sha256="] {
      #expect(!fixture.logText.contains(secret))
    }
  }

  @Test func `a sender cannot forge log lines`() async throws {
    var call = GenericTests.urlCall
    call.headers["Idempotency-Key"] = "a\u{85}b" + String(repeating: "c", count: 1_000)
    _ = try await fixture.send(call)

    let delivery = try #require(fixture.logs.entries.first?.metadata["delivery"]).description
    #expect(delivery.unicodeScalars.count == 256)
    #expect(delivery.hasPrefix("abc"))
  }

  @Test func `a created build is logged by its name`() async throws {
    let reply = try await fixture.send(push)
    #expect(fixture.logs.entries.map(\.level) == [.info])
    #expect(fixture.logs.entries.first?.metadata["build"]?.description == reply["build"])
  }
}
