import SatisAPI
import Testing

@Suite struct GenericTests {
  let fixture = Fixture()

  static func call(_ body: String, key: String? = nil, token: String? = Fixture.secret) -> Call {
    var headers = ["Content-Type": "application/json"]
    headers["Authorization"] = token.map { "Bearer \($0)" }
    headers["Idempotency-Key"] = key
    return Call(headers, body)
  }

  static let urlCall = call(#"{"url":"git@git.example.com:acme/tools.git"}"#)

  @Test func `a url makes the build that records it`() async throws {
    var call = Self.urlCall
    call.headers["Idempotency-Key"] = "pipeline-4711"
    let reply = try await fixture.send(call)

    #expect(reply.status == 202)
    #expect(
      fixture.store.builds.first?.spec
        == SatisBuild.Spec(
          repositoryRef: .init(name: "packages"),
          source: .init(url: "git@git.example.com:acme/tools.git"),
          trigger: .init(type: .webhook, provider: "generic", deliveryID: "pipeline-4711")))
  }

  @Test func `a package makes a build of that package`() async throws {
    #expect(try await fixture.send(Self.call(#"{"package":"acme/tools"}"#)).status == 202)
    #expect(fixture.store.builds.first?.spec.source == .init(package: "acme/tools"))
  }

  @Test func `the scheme of the token may be in any letter case`() async throws {
    var call = Self.urlCall
    call.headers["Authorization"] = "bEARER \(Fixture.secret)"
    #expect(try await fixture.send(call).status == 202)
  }

  @Test func `a signature does instead of a token`() async throws {
    let call = Self.call(#"{"package":"acme/tools"}"#, token: nil)
    #expect(try await fixture.send(call.signed()).status == 202)
    #expect(try await fixture.send(call.signed(with: "wrong")).status == 401)
  }

  @Test(arguments: [
    "", "Bearer", "Bearer ", "Bearer wrong", "Bearer \(Fixture.secret)x",
    "Bearer \(Fixture.secret.dropLast())",
    "Basic \(Fixture.secret)", Fixture.secret,
  ])
  func `a token that is not the secret is refused`(authorization: String) async throws {
    var call = Self.urlCall
    call.headers["Authorization"] = authorization
    #expect(try await fixture.send(call).status == 401)
    #expect(fixture.store.builds.isEmpty)
  }

  @Test func `a wrong token is not made good by a right signature`() async throws {
    let call = Self.call(#"{"package":"acme/tools"}"#, token: "wrong").signed()
    #expect(try await fixture.send(call).status == 401)
  }

  @Test func `the same key and source are the same build`() async throws {
    let call = Self.call(#"{"package":"acme/tools"}"#, key: "4711")
    let first = try await fixture.send(call)
    let second = try await fixture.send(call)

    #expect((first.status, second.status) == (202, 200))
    #expect(second["result"] == "duplicate")
    #expect(second["build"] == first["build"])
    #expect(fixture.store.builds.count == 1)
  }

  @Test func `without a key every call is a new build`() async throws {
    #expect(try await fixture.send(Self.urlCall).status == 202)
    #expect(try await fixture.send(Self.urlCall).status == 202)

    #expect(fixture.store.builds.count == 2)
    #expect(fixture.store.builds.allSatisfy { $0.spec.trigger?.deliveryID == nil })
  }

  @Test(arguments: [
    ("{}", "names nothing to build"),
    (#"{"uri":"https://git.example.com/acme/tools"}"#, "names nothing to build"),
    ("url=https://git.example.com/acme/tools", "not JSON"),
    (#"{"url":["https://git.example.com/acme/tools"]}"#, "'url' of the body is no string"),
    (#"{"url":""}"#, "1 to 2048"),
    (#"{"url":"--upload-pack=x"}"#, "starts with '-'"),
    (#"{"url":"https://git.example.com/a b"}"#, "blanks"),
    (#"{"url":"https://git.example.com/a\u0000"}"#, "blanks"),
    (#"{"package":"tools"}"#, "vendor/name"),
    (#"{"package":"Acme/Tools"}"#, "vendor/name"),
    (#"{"package":"--option/x"}"#, "vendor/name"),
    (#"{"package":""}"#, "vendor/name"),
    (#"{"url":"https://git.example.com/acme/tools","package":"-x/y"}"#, "vendor/name"),
  ])
  func `a body that names no source says what is wrong`(body: String, problem: String) async throws {
    let reply = try await fixture.send(Self.call(body))

    #expect(reply.status == 400)
    #expect(reply["error"] == "malformed")
    #expect(reply["message"]?.contains(problem) == true, "\(reply.body)")
    #expect(fixture.store.builds.isEmpty)
  }

  @Test func `a url with a password is refused and shown nowhere`() async throws {
    let reply = try await fixture.send(Self.call(#"{"url":"https://me:hunter2@git.example.com/acme/tools"}"#))

    #expect(reply.status == 400)
    #expect(reply["message"]?.contains("password or token") == true)
    #expect(!reply.body.contains("hunter2"))
    #expect(!fixture.logText.contains("hunter2"))
    #expect(fixture.store.builds.isEmpty)
  }

  @Test func `a url is accepted up to 2048 characters`() async throws {
    let longest = "https://git.example.com/" + String(repeating: "a", count: 2_048 - 24)
    let reply = try await fixture.send(Self.call(#"{"url":"\#(longest)"}"#))
    #expect(reply["reason"]?.contains(longest) == true)
    #expect(try await fixture.send(Self.call(#"{"url":"\#(longest)a"}"#)).status == 400)
  }
}
