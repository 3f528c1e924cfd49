import Testing

@testable import Curl

/// What goes wrong, against real sockets.
///
/// TLS has its own suite.
@Suite(.serialized, .timeLimit(.minutes(1))) struct `A failed request` {
  @Test func `whose host has no address fails in resolve`() async throws {
    // A label of more than 63 letters is refused without asking any server.
    let host = String(repeating: "a", count: 64) + ".invalid"
    let error = await failure(CurlRequest(url: "http://\(host):81/"))
    #expect(error?.phase == .resolve)
    #expect(error?.message.contains(host) == true)
  }

  @Test func `that is refused fails in connect`() async throws {
    let port = try LoopbackSocket.closedPort()
    let error = await failure(CurlRequest(url: "http://user:secret@127.0.0.1:\(port)/path?token=secret"))
    #expect(error?.phase == .connect)
    #expect(error?.url == "http://127.0.0.1:\(port)/path")
    #expect(error?.message.hasPrefix("No connection to 127.0.0.1:\(port) (Connection refused).") == true)
    #expect("\(error as (any Error)?)".contains("secret") == false)
  }

  @Test func `whose proxy refuses fails in connect`() async throws {
    let proxy = try TestServer(answering: { _ in Response(status: "407 Proxy Authentication Required") })
    defer { proxy.stop() }
    var request = CurlRequest(url: "https://server.invalid/")
    request.proxy = "http://user:secret@127.0.0.1:\(proxy.port)"
    let error = await failure(request)
    #expect(error?.phase == .connect)
    #expect(error?.message.contains("407") == true)
    #expect(error?.message.contains("secret") == false)
  }

  @Test func `whose connection is reset while it is sent fails in send or receive`() async throws {
    let server = try TestServer { connection in
      _ = try connection.readHead()
      connection.reset()
    }
    defer { server.stop() }
    let body = [UInt8](repeating: 1, count: 64 << 20)
    let error = await failure(CurlRequest(method: .post, url: server.url, body: body))
    #expect(error?.phase == .send || error?.phase == .receive)
  }

  @Test func `whose server closes without an answer fails in receive`() async throws {
    let server = try TestServer { connection in _ = try connection.readHead() }
    defer { server.stop() }
    let error = await failure(CurlRequest(url: server.url))
    #expect(error?.phase == .receive)
    #expect(error?.message.contains("127.0.0.1:\(server.port)") == true)
  }

  @Test func `whose answer breaks off fails in receive`() async throws {
    let server = try TestServer { connection in
      _ = try connection.readHead()
      try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    }
    defer { server.stop() }
    #expect(await failure(CurlRequest(url: server.url))?.phase == .receive)
  }

  @Test(arguments: ["SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 abc\r\n\r\n", "\u{0}\u{1}\u{2}\r\n\r\n"])
  func `whose answer is no HTTP fails in http`(answer: String) async throws {
    let server = try TestServer { connection in
      _ = try connection.readHead()
      try connection.write(answer)
    }
    defer { server.stop() }
    let error = await failure(CurlRequest(url: server.url))
    #expect(error?.phase == .http)
  }

  @Test(arguments: Oversized.allCases)
  func `whose answer is larger than allowed fails as too large`(answer: Oversized) async throws {
    let server = try TestServer { connection in
      _ = try connection.readHead()
      try connection.write(answer.text)
      _ = connection.waitForEnd()
    }
    defer { server.stop() }
    var request = CurlRequest(url: server.url)
    request.maximumBodyBytes = 1_000
    let error = await failure(request)
    #expect(error?.phase == .tooLarge)
  }

  @Test(arguments: [
    "", "no url", "ftp://host/", "file:///etc/passwd", "https://", "http://host:99999/", "http://a b/",
  ])
  func `with a wrong URL never leaves`(url: String) async throws {
    let error = await failure(CurlRequest(url: url))
    #expect(error?.phase == .configuration)
  }

  @Test(arguments: [("X: Y", "1"), ("", "1"), ("X", "1\r\nY: 2"), ("X", "1\n2"), ("X", "\u{0}")])
  func `with a header field that would be several never leaves`(name: String, value: String) async throws {
    let error = await failure(CurlRequest(url: "http://127.0.0.1:1/", headers: [(name, value)]))
    #expect(error?.phase == .configuration)
  }

  @Test func `with a method of several words never leaves`() async throws {
    let error = await failure(CurlRequest(method: "GET / HTTP/1.1\r\nX:", url: "http://127.0.0.1:1/"))
    #expect(error?.phase == .configuration)
  }

  @Test func `with an unknown kind of proxy does not show its password`() async throws {
    var request = CurlRequest(url: "http://127.0.0.1:1/")
    request.proxy = "gopher://user:secret@127.0.0.1:1"
    let error = await failure(request)
    #expect(error?.phase == .configuration)
    #expect(error?.message.contains("secret") == false)
  }

  /// Ways for an answer to be larger than 1000 bytes of body, or a head that anybody needs.
  enum Oversized: CaseIterable {
    case bySayingSo
    case withoutSayingSo
    case inTheHead

    var text: String {
      switch self {
      case .bySayingSo: "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n"
      case .withoutSayingSo: "HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "x", count: 1_001)
      case .inTheHead:
        "HTTP/1.1 200 OK\r\n"
          + String(repeating: "X-Long: \(String(repeating: "x", count: 9_000))\r\n", count: 99)
      }
    }
  }
}

/// Sends a request, by a client of its own if none is given.
///
/// - Returns: its error; nil if there is none.
func failure(_ request: CurlRequest, _ client: CurlClient? = nil) async -> CurlError? {
  do throws(CurlError) {
    let client = if let client { client } else { try CurlClient() }
    _ = try await client.send(request)
    return nil
  } catch {
    return error
  }
}
