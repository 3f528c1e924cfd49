import Hummingbird
import KubernetesClient
import SatisAPI
import Testing

/// Who gets in, and that those who do not get in learn nothing.
@Suite struct AdmissionTests {
  let fixture = Fixture()
  let push = GitHubCalls.push()

  @Test(arguments: [
    "", "sha256=", "sha1=\(String(repeating: "a", count: 40))", "sha256=\(String(repeating: "g", count: 64))",
    "sha256=\(String(repeating: "0", count: 64))", "sha512=\(String(repeating: "0", count: 64))",
    String(repeating: "0", count: 64),
  ])
  func `what is no signature is refused`(signature: String) async throws {
    var call = push
    call.headers["X-Hub-Signature-256"] = signature
    let reply = try await fixture.send(call)

    #expect(reply.status == 401)
    #expect(reply["error"] == "unauthorized")
    #expect(fixture.store.builds.isEmpty)
  }

  @Test func `a missing signature is refused`() async throws {
    #expect(try await fixture.send(push).status == 401)
    #expect(fixture.logText.contains("X-Hub-Signature-256 is missing"))
  }

  @Test(arguments: [1, 2, 32])
  func `a truncated signature is refused`(missing: Int) async throws {
    var call = push.signed()
    call.headers["X-Hub-Signature-256"]?.removeLast(missing)
    #expect(try await fixture.send(call).status == 401)
  }

  @Test func `a signature with more behind it is refused`() async throws {
    var call = push.signed()
    call.headers["X-Hub-Signature-256"]? += "00"
    #expect(try await fixture.send(call).status == 401)
  }

  @Test func `two signatures in one header are none`() async throws {
    var call = push.signed()
    let signature = try #require(call.headers["X-Hub-Signature-256"])
    call.headers["X-Hub-Signature-256"] = "\(signature), \(signature)"
    #expect(try await fixture.send(call).status == 401)
  }

  @Test func `the digits of a signature may be upper-case`() async throws {
    var call = push.signed()
    let signature = try #require(call.headers["X-Hub-Signature-256"])
    call.headers["X-Hub-Signature-256"] = "sha256=\(signature.dropFirst(7).uppercased())"
    #expect(try await fixture.send(call).status == 202)
  }

  @Test func `a signature by SHA-1 alone is refused`() async throws {
    var call = push
    call.headers["X-Hub-Signature"] = "sha1=\(String(repeating: "a", count: 40))"
    #expect(try await fixture.send(call).status == 401)
  }

  @Test func `the signature of another body is refused`() async throws {
    var call = push.signed()
    call.body.append(UInt8(ascii: " "))
    #expect(try await fixture.send(call).status == 401)
    #expect(fixture.store.builds.isEmpty)
  }

  @Test func `nothing of a body is looked at before the signature`() async throws {
    #expect(try await fixture.send(GitHubCalls.call("push", "{").signed(with: "wrong")).status == 401)
  }

  @Test func `either of two secrets lets a call in`() async throws {
    fixture.store.add(secret: "next", ["a": "new secret", "b": "unused"])
    fixture.store.add(
      Fixture.repository(secrets: [
        .init(name: "packages-webhook", key: "secret"), .init(name: "next", key: "a"),
        .init(name: "next", key: "b"),
      ]))

    #expect(try await fixture.send(push.signed()).status == 202)
    #expect(try await fixture.send(push.signed(with: "new secret")).status == 200)
    #expect(try await fixture.send(push.signed(with: "other")).status == 401)
  }

  @Test func `a secret that is missing does not spoil the one beside it`() async throws {
    fixture.store.add(
      Fixture.repository(secrets: [
        .init(name: "gone", key: "secret"), .init(name: "packages-webhook", key: "secret"),
      ]))
    #expect(try await fixture.send(push.signed()).status == 202)
  }

  @Test func `a changed secret counts at once, and the earlier one not for long`() async throws {
    #expect(try await fixture.send(push.signed()).status == 202)
    fixture.store.add(secret: "packages-webhook", ["secret": "changed"])
    #expect(try await fixture.send(push.signed(with: "changed")).status == 200)
    #expect(try await fixture.send(push.signed()).status == 401)
  }

  @Test(arguments: ["\n", "\r\n"])
  func `the line end of a secret from a file does not count`(end: String) async throws {
    fixture.store.add(secret: "packages-webhook", ["secret": Fixture.secret + end])
    #expect(try await fixture.send(push.signed()).status == 202)
  }

  @Test(arguments: ["", "\n", "\r\n\n"])
  func `an empty secret refuses everything`(secret: String) async throws {
    fixture.store.add(secret: "packages-webhook", ["secret": secret])

    #expect(try await fixture.send(push.signed(with: secret)).status == 401)
    #expect(try await fixture.send(push.signed(with: "")).status == 401)
    var call = push
    call.headers["X-Hub-Signature-256"] = "sha256="
    #expect(try await fixture.send(call).status == 401)
    #expect(try await fixture.send(GenericTests.call(#"{"package":"acme/tools"}"#, token: "")).status == 401)
    #expect(fixture.store.builds.isEmpty)
    #expect(fixture.logText.contains("key 'secret' of Secret satis/packages-webhook is missing or empty"))
  }

  @Test func `a Secret without the key refuses everything`() async throws {
    fixture.store.add(secret: "packages-webhook", ["other": Fixture.secret])
    #expect(try await fixture.send(push.signed()).status == 401)
  }

  @Test(arguments: [nil, []] as [[KeyReference]?])
  func `a repository without secrets refuses everything`(secrets: [KeyReference]?) async throws {
    fixture.store.add(Fixture.repository(secrets: secrets))
    #expect(try await fixture.send(push.signed()).status == 401)
    #expect(try await fixture.send(push.signed(with: "")).status == 401)
    #expect(fixture.logText.contains("the repository has no spec.webhook.secretRefs"))
  }

  @Test func `a Secret that may not be read refuses everything and says so in the log`() async throws {
    fixture.store.fail(.secret, .status(403, "Forbidden"))
    #expect(try await fixture.send(push.signed()).status == 401)
    #expect(fixture.logText.contains("get Secret satis/packages-webhook: Forbidden"))
  }

  @Test func `all who do not get in are told the same`() async throws {
    fixture.store.add(Fixture.repository("keyless", secrets: nil))
    fixture.store.add(Fixture.repository("lost", secrets: [.init(name: "gone", key: "secret")]))
    var unsigned = push
    unsigned.headers["X-Hub-Signature-256"] = nil
    let replies = [
      try await fixture.send(push.signed(with: "wrong")),
      try await fixture.send(unsigned),
      try await fixture.send(.post, "/satis/unknown", push.signed()),
      try await fixture.send(.post, "/satis/keyless", push.signed()),
      try await fixture.send(.post, "/satis/lost", push.signed()),
      try await fixture.send(.post, "/other/packages", push.signed()),
      try await fixture.send(.post, "/satis/No%2FName", push.signed()),
      try await fixture.send(GenericTests.call("{}", token: "wrong")),
    ]

    #expect(replies.allSatisfy { $0.status == 401 })
    #expect(Set(replies.map(\.body)).count == 1)
    #expect(Set(replies.map(\.headers)).count == 1)
    #expect(replies[0].headers[.wwwAuthenticate] == "Bearer")
    #expect(fixture.store.builds.isEmpty)
  }

  @Test(arguments: [
    "/other/packages", "/satis/..", "/../packages", "/satis/Packages", "/satis/a%2Fb", "/satis/-a",
  ])
  func `paths that name no repository of the namespace ask the API server nothing`(path: String) async throws
  {
    #expect(try await fixture.send(.post, path, push.signed()).status == 401)
    #expect(fixture.store.requests.isEmpty)
  }

  @Test func `without a namespace of its own the service serves all`() async throws {
    var fixture = fixture
    fixture.namespace = nil
    #expect(try await fixture.send(push.signed()).status == 202)
    #expect(try await fixture.send(.post, "/other/packages", push.signed()).status == 401)
  }
}
