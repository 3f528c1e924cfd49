import CCurl
import Testing

@testable import Curl

@Suite(.serialized, .timeLimit(.minutes(1))) struct `TLS` {
  /// A server whose certificate is for `server.test`, behind TLS.
  private struct SecureServer {
    let authority: TestAuthority
    let server: TestServer
    let front: TLSFront

    init(
      _ demand: TLSFront.Demand = .nothing, answering answer: @escaping @Sendable (Request) -> Response
    ) throws {
      authority = try TestAuthority()
      server = try TestServer(answering: answer)
      front = try TLSFront(try authority.issue("server.test"), to: server.port, demand: demand)
    }

    init(_ demand: TLSFront.Demand = .nothing) throws {
      try self.init(demand) { request in .text(request.head) }
    }

    /// A request that trusts the server.
    func request() throws -> CurlRequest {
      var request = CurlRequest(url: "https://127.0.0.1:\(front.port)/")
      request.tls.certificateAuthority = try authority.certificate
      request.tls.serverName = "server.test"
      return request
    }

    func stop() {
      front.stop()
      server.stop()
      authority.remove()
    }
  }

  @Test func `with a server name of its own keeps address and Host field`() async throws {
    let secure = try SecureServer()
    defer { secure.stop() }
    let response = try await CurlClient().send(secure.request())
    let text = String(decoding: response.body, as: UTF8.self)
    #expect(text.contains("\r\nHost: 127.0.0.1:\(secure.front.port)\r\n"))
  }

  @Test func `with a server name of its own works for streams`() async throws {
    let secure = try SecureServer()
    defer { secure.stop() }
    let status = try await CurlClient().stream(secure.request()) { head, _ in head.status }
    #expect(status == 200)
  }

  /// Otherwise whoever has a certificate of one of those for the server's name would get what it is sent.
  @Test func `trusts no folder of authorities beside the one that was given`() throws {
    let authority = try TestAuthority()
    let other = try TestAuthority()
    defer {
      authority.remove()
      other.remove()
    }
    let server = try TestServer(answering: { _ in .text("ok") })
    defer { server.stop() }
    let front = try TLSFront(try authority.issue("localhost"), to: server.port)
    defer { front.stop() }
    func result(trusting bytes: [UInt8]?) throws -> CURLcode {
      let easy = try EasyHandle()
      try easy.set(CURLOPT_URL, "https://localhost:\(front.port)/")
      try easy.set(CURLOPT_NOBODY, 1)
      try easy.set(CURLOPT_CAPATH, authority.hashedFolder())
      var tls = CurlTLS()
      tls.certificateAuthority = bytes
      try easy.setTLS(tls)
      return curl_easy_perform(easy.raw)
    }
    #expect(try result(trusting: other.certificate) == CURLE_PEER_FAILED_VERIFICATION)
    #expect(try result(trusting: nil) == CURLE_OK)
  }

  @Test func `checks the certificate against the URL's host`() async throws {
    let authority = try TestAuthority()
    defer { authority.remove() }
    let server = try TestServer(answering: { _ in .text("ok") })
    defer { server.stop() }
    let front = try TLSFront(try authority.issue("localhost"), to: server.port)
    defer { front.stop() }
    var request = CurlRequest(url: "https://localhost:\(front.port)/")
    request.tls.certificateAuthority = try authority.certificate
    #expect(await failure(request) == nil)

    request.url = "https://127.0.0.1:\(front.port)/"
    let error = await failure(request)
    #expect(error?.phase == .tls)
    #expect(error?.message.contains("127.0.0.1") == true)
  }

  @Test func `refuses an unknown authority`() async throws {
    let secure = try SecureServer()
    defer { secure.stop() }
    let other = try TestAuthority()
    defer { other.remove() }
    var request = try secure.request()
    request.tls.certificateAuthority = try other.certificate
    #expect(await failure(request)?.phase == .tls)
    request.tls.certificateAuthority = nil
    #expect(await failure(request)?.phase == .tls)
  }

  @Test func `refuses a wrong server name`() async throws {
    let secure = try SecureServer()
    defer { secure.stop() }
    var request = try secure.request()
    request.tls.serverName = "other.test"
    let error = await failure(request)
    #expect(error?.phase == .tls)
    #expect(error?.message.contains("127.0.0.1:\(secure.front.port)") == true)
  }

  @Test func `does not check when told not to`() async throws {
    let secure = try SecureServer()
    defer { secure.stop() }
    var request = CurlRequest(url: "https://127.0.0.1:\(secure.front.port)/")
    request.tls.verifies = false
    #expect(await failure(request) == nil)
  }

  @Test func `does not lend an unchecked connection to a request that checks`() async throws {
    let secure = try SecureServer()
    defer { secure.stop() }
    let client = try CurlClient()
    var request = CurlRequest(url: "https://127.0.0.1:\(secure.front.port)/")
    request.tls.verifies = false
    #expect(await failure(request, client) == nil)
    request.tls.verifies = true
    #expect(await failure(request, client)?.phase == .tls)
  }

  @Test func `refuses what is no certificate`() async throws {
    let secure = try SecureServer()
    defer { secure.stop() }
    var request = try secure.request()
    request.tls.certificateAuthority = Array("nonsense".utf8)
    #expect(await failure(request)?.phase == .tls)
    request = try secure.request()
    request.tls.clientCertificate = Array("nonsense".utf8)
    request.tls.clientKey = Array("nonsense".utf8)
    #expect(await failure(request)?.phase == .tls)
  }

  @Test func `shows a client certificate, and each client its own`() async throws {
    let secure = try SecureServer(.clientCertificate)
    defer { secure.stop() }
    let client = try CurlClient()
    for name in ["alice", "bob", "alice"] {
      let identity = try secure.authority.issue(name)
      var request = try secure.request()
      request.tls.clientCertificate = identity.certificate
      request.tls.clientKey = identity.key
      #expect(try await client.send(request).status == 200)
    }
    #expect(secure.server.connectionCount == 3)
  }

  @Test func `fails when the server wants a certificate and gets none`() async throws {
    let secure = try SecureServer(.clientCertificate)
    defer { secure.stop() }
    #expect(await failure(try secure.request())?.phase == .tls)
  }

  @Test func `is 1.2 at least`() async throws {
    let secure = try SecureServer(.ancientVersion)
    defer { secure.stop() }
    #expect(await failure(try secure.request())?.phase == .tls)
  }

  @Test func `fails where a server speaks none`() async throws {
    let server = try TestServer { connection in
      _ = try connection.readBytes(1)
      try connection.write("HTTP/1.1 400 Bad Request\r\n\r\n")
      _ = connection.waitForEnd()
    }
    defer { server.stop() }
    #expect(await failure(CurlRequest(url: "https://127.0.0.1:\(server.port)/"))?.phase == .tls)
  }

  @Test func `fails where a server hangs up`() async throws {
    let server = try TestServer { connection in _ = try connection.readBytes(1) }
    defer { server.stop() }
    #expect(await failure(CurlRequest(url: "https://127.0.0.1:\(server.port)/"))?.phase == .tls)
  }

  /// OpenSSL writes without MSG_NOSIGNAL: SIGPIPE would end this process.
  @Test func `survives a server that hangs up on an upload`() async throws {
    let authority = try TestAuthority()
    defer { authority.remove() }
    let server = try TestServer { connection in
      _ = try connection.readHead()
      connection.reset()
    }
    defer { server.stop() }
    let front = try TLSFront(try authority.issue("server.test"), to: server.port)
    defer { front.stop() }
    var request = CurlRequest(
      method: .post, url: "https://127.0.0.1:\(front.port)/", body: [UInt8](repeating: 1, count: 8 << 20))
    request.tls.certificateAuthority = try authority.certificate
    request.tls.serverName = "server.test"
    for _ in 1...5 {
      let error = await failure(request)
      #expect(error?.phase == .send || error?.phase == .receive)
    }
  }

  @Test func `without HTTP/2 lets requests run at the same time`() async throws {
    let barrier = Barrier(50)
    let secure = try SecureServer { _ in
      barrier.wait()
      return .text("ok")
    }
    defer { secure.stop() }
    let client = try CurlClient()
    let request = try secure.request()
    await withTaskGroup(of: CurlError?.self) { group in
      for _ in 1...50 { group.addTask { await failure(request, client) } }
      for await error in group { #expect(error == nil) }
    }
  }
}
