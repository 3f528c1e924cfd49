import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Synchronization
import Testing

@testable import KubernetesClient
@testable import SatisStatusPage

@Suite final class AccessTests {
  private let sample = Sample()
  private let file = FileManager.default.temporaryDirectory.appendingPathComponent(
    "status-token-\(UUID().uuidString)")

  init() throws {
    sample.list()
    // As a Secret made with `echo` has it.
    try "\(Sample.token)\n".write(to: file, atomically: true, encoding: .utf8)
  }

  deinit {
    try? FileManager.default.removeItem(at: file)
  }

  private func ask(
    _ method: HTTPRequest.Method, _ path: String, _ headers: HTTPFields = [:], body: String? = nil
  ) async throws -> TestResponse {
    let application = Application(router: sample.router(access: try .token(inFile: file.path)))
    return try await application.test(.router) { client in
      try await client.executeRequest(
        uri: path, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) })
    }
  }

  private func session() async throws -> String {
    let cookie = try #require(
      try await ask(.post, "/session", body: Sample.token).headers[.setCookie])
    return String(cookie.prefix { $0 != ";" })
  }

  @Test(arguments: ["/events", "/builds/satis/a", "/session"])
  func `nothing is told without the token, nor with a wrong one`(path: String) async throws {
    for headers in [[:], [.authorization: "Bearer guess"], [.cookie: "satis-status=1.2"]] as [HTTPFields] {
      let response = try await ask(.get, path, headers)
      #expect(response.status == .unauthorized)
      #expect(response.headers[.wwwAuthenticate] == "Bearer")
      #expect(response.body.readableBytes == 0)
    }
  }

  @Test(arguments: ["", "short"])
  func `a token that is replaced by nothing, or next to nothing, opens the page to nobody`(
    token: String
  ) async throws {
    let time = Mutex(ContinuousClock.now)
    let renewed = RenewedFile(path: file.path, subject: "the status page", outlives: false) {
      time.withLock { $0 }
    }
    #expect(try renewed.text() == Sample.token)
    try "\(token)\n".write(to: file, atomically: true, encoding: .utf8)
    time.withLock { $0 += .seconds(61) }
    let access = StatusAccess.token(renewed)
    let application = Application(router: sample.router(access: access))
    try await application.test(.router) { client in
      let exchanged = try await client.executeRequest(
        uri: "/session", method: .post, headers: [:], body: ByteBuffer(string: token))
      #expect(exchanged.headers[.setCookie] == nil)
      let asked = try await client.executeRequest(
        uri: "/session", method: .get, headers: [.authorization: "Bearer \(token)"], body: nil)
      #expect(asked.status == .unauthorized)
      let old = try await client.executeRequest(
        uri: "/session", method: .get, headers: [.authorization: "Bearer \(Sample.token)"], body: nil)
      #expect(old.status == .unauthorized)
    }
  }

  @Test(arguments: ["/", "/page.css", "/page.js"])
  func `the page itself is for everybody, as it has to ask for the token`(path: String) async throws {
    let response = try await ask(.get, path)
    #expect(response.status == .ok)
  }

  @Test func `programs send the token itself`() async throws {
    let response = try await ask(.get, "/session", [.authorization: "Bearer \(Sample.token)"])
    #expect(response.status == .noContent)
  }

  @Test func `a browser gets a session for the token, which scripts and other sites cannot use`() async throws
  {
    let response = try await ask(.post, "/session", body: Sample.token)
    #expect(response.status == .noContent)
    let cookie = try #require(response.headers[.setCookie])
    #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"))
    #expect(!cookie.contains(Sample.token))
    #expect(!cookie.contains("Secure"))
    let answer = try await ask(.get, "/session", [.cookie: try await session()])
    #expect(answer.status == .noContent)
  }

  @Test func `behind TLS the session never leaves it`() async throws {
    let name = try #require(HTTPField.Name("X-Forwarded-Proto"))
    let response = try await ask(.post, "/session", [name: "https"], body: Sample.token)
    #expect(response.headers[.setCookie]?.contains("Secure") == true)
  }

  @Test func `a wrong token gets no session, and a long one is not even read`() async throws {
    let wrong = try await ask(.post, "/session", body: Sample.token + "x")
    #expect(wrong.status == .unauthorized && wrong.headers[.setCookie] == nil)
    let long = try await ask(.post, "/session", body: String(repeating: "x", count: 2_000))
    #expect(long.status == .contentTooLarge)
  }

  @Test func `a session ends after its time, and cannot be prolonged by its holder`() async throws {
    let cookie = try await session()
    sample.pass(seconds: Doorkeeper.sessionSeconds - 1)
    #expect(try await ask(.get, "/session", [.cookie: cookie]).status == .noContent)
    sample.pass(seconds: 1)
    #expect(try await ask(.get, "/session", [.cookie: cookie]).status == .unauthorized)
    let code = try #require(cookie.split(separator: ".").last)
    let prolonged = "satis-status=\(Sample.start + 10 * Doorkeeper.sessionSeconds).\(code)"
    #expect(try await ask(.get, "/session", [.cookie: prolonged]).status == .unauthorized)
  }

  @Test func `no session survives another token`() async throws {
    let cookie = try await session()
    try "another token of some length".write(to: file, atomically: true, encoding: .utf8)
    #expect(try await ask(.get, "/session", [.cookie: cookie]).status == .unauthorized)
  }

  @Test(arguments: ["", "short", "              \n"])
  func `a token that could be guessed is refused at the start, with what to do`(token: String) throws {
    try token.write(to: file, atomically: true, encoding: .utf8)
    let error = try #require(throws: ConfigurationError.self) {
      try StatusAccess.token(inFile: file.path)
    }
    #expect(error.description.contains(file.path))
  }

  @Test func `a token that is not there is refused at the start`() throws {
    let error = try #require(throws: ConfigurationError.self) {
      try StatusAccess.token(inFile: "/nowhere/token")
    }
    #expect(
      error.description
        == "the status page needs the file /nowhere/token, which cannot be read: it does not exist")
  }
}
