import Glibc
import Testing

@testable import Curl

@Suite(.serialized, .timeLimit(.minutes(1))) struct `A stream` {
  private static let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

  private static func chunk(_ text: String) -> String {
    "\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n"
  }

  @Test func `hands over each piece when it comes`() async throws {
    let gate = Gate()
    let server = try TestServer { connection in
      _ = try connection.readHead()
      try connection.write(Self.head)
      for text in ["one", "two", "three"] {
        gate.pass()
        try connection.write(Self.chunk(text))
      }
      gate.pass()
      try connection.write("0\r\n\r\n")
    }
    defer { server.stop() }
    let pieces = try await CurlClient().stream(CurlRequest(url: server.url)) { head, body in
      #expect(head.status == 200)
      #expect(head.header("transfer-encoding") == "chunked")
      var pieces: [String] = []
      gate.open()
      for try await piece in body {
        pieces.append(String(decoding: piece, as: UTF8.self))
        // The server goes on only now: a piece that was held back would make both wait for ever.
        gate.open()
      }
      return pieces
    }
    #expect(pieces == ["one", "two", "three"])
  }

  @Test func `hands over the body of a refusal`() async throws {
    let server = try TestServer(answering: { _ in Response(status: "410 Gone", body: Array("expired".utf8)) })
    defer { server.stop() }
    let (status, text) = try await CurlClient().stream(CurlRequest(url: server.url)) { head, body in
      var text: [UInt8] = []
      for try await piece in body { text += piece }
      return (head.status, String(decoding: text, as: UTF8.self))
    }
    #expect(status == 410)
    #expect(text == "expired")
  }

  @Test func `makes the server wait for a slow reader, and loses nothing`() async throws {
    let total = 48 << 20
    let stalled = Signal<Int>()
    let server = try TestServer { connection in
      _ = try connection.readHead()
      try connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(total)\r\n\r\n")
      try connection.write(total: total, onStall: stalled.send)
      _ = connection.waitForEnd()
    }
    defer { server.stop() }
    var configuration = CurlConfiguration()
    configuration.streamBufferBytes = 1 << 20
    var request = CurlRequest(url: server.url)
    // Shorter than the stall: the reader's own slowness is no silence of the server.
    request.silenceTimeout = .seconds(1)
    let read = try await CurlClient(configuration: configuration).stream(request) { _, body in
      let sent = await stalled.next()
      // One buffer here, and what the kernel holds for both ends.
      #expect(sent ?? total < 24 << 20)
      var read = 0
      for try await piece in body { read += piece.count }
      return read
    }
    #expect(read == total)
  }

  @Test func `that falls silent ends`() async throws {
    let server = try TestServer { connection in
      _ = try connection.readHead()
      try connection.write(Self.head + Self.chunk("one"))
      _ = connection.waitForEnd()
    }
    defer { server.stop() }
    var request = CurlRequest(url: server.url)
    request.silenceTimeout = .seconds(1)
    var pieces = 0
    let error = await #expect(throws: CurlError.self) {
      try await CurlClient().stream(request) { _, body in for try await _ in body { pieces += 1 } }
    }
    #expect(pieces == 1)
    #expect(error?.phase == .timeout)
    #expect(error?.message.contains("127.0.0.1:\(server.port) was silent for 1 s") == true)
  }

  @Test func `that never begins is silent too`() async throws {
    let server = try TestServer { connection in _ = connection.waitForEnd() }
    defer { server.stop() }
    var request = CurlRequest(url: server.url)
    request.silenceTimeout = .milliseconds(200)
    let error = await #expect(throws: CurlError.self) {
      try await CurlClient().stream(request) { _, _ in Issue.record("there was no head") }
    }
    #expect(error?.phase == .timeout)
  }

  @Test func `that falls silent ends as late, or as soon, as its reader says`() async throws {
    let server = try TestServer { connection in
      _ = try connection.readHead()
      try connection.write(Self.head + Self.chunk("one"))
      _ = connection.waitForEnd()
    }
    defer { server.stop() }
    var request = CurlRequest(url: server.url)
    request.silenceTimeout = .seconds(3_600)
    let error = await #expect(throws: CurlError.self) {
      try await CurlClient().stream(request) { _, body in
        for try await _ in body { body.limitSilence(to: .milliseconds(200)) }
      }
    }
    #expect(error?.phase == .timeout)
  }

  @Test func `that goes on is not silent`() async throws {
    let server = try TestServer { connection in
      _ = try connection.readHead()
      try connection.write(Self.head)
      for _ in 1...12 {
        connection.dawdle(milliseconds: 100)
        try connection.write(Self.chunk("x"))
      }
      try connection.write("0\r\n\r\n")
    }
    defer { server.stop() }
    var request = CurlRequest(url: server.url)
    request.silenceTimeout = .seconds(1)
    try await CurlClient().stream(request) { _, body in
      var count = 0
      for try await piece in body { count += piece.count }
      #expect(count == 12)
    }
  }

  @Test func `that breaks off hands over what came before it fails`() async throws {
    let server = try TestServer { connection in
      _ = try connection.readHead()
      try connection.write(Self.head + Self.chunk("one"))
    }
    defer { server.stop() }
    var text: [UInt8] = []
    let error = await #expect(throws: CurlError.self) {
      try await CurlClient().stream(CurlRequest(url: server.url)) { _, body in
        for try await piece in body { text += piece }
      }
    }
    #expect(text == Array("one".utf8))
    #expect(error?.phase == .receive)
  }

  @Test func `is closed when its reader leaves`() async throws {
    let end = Signal<Connection.End>()
    let server = try TestServer { connection in
      _ = try connection.readHead()
      try connection.write(Self.head + Self.chunk("one"))
      end.send(connection.waitForEnd())
    }
    defer { server.stop() }
    let client = try CurlClient()
    let body = try await client.stream(CurlRequest(url: server.url)) { _, body in
      for try await _ in body { break }
      return body
    }
    #expect(await end.next() != nil)
    let error = await #expect(throws: CurlError.self) { for try await _ in body {} }
    #expect(error?.phase == .cancelled)
  }

  @Test func `is closed when its reader fails, and passes the failure on`() async throws {
    struct Unreadable: Error {}
    let end = Signal<Connection.End>()
    let server = try TestServer { connection in
      _ = try connection.readHead()
      try connection.write(Self.head)
      end.send(connection.waitForEnd())
    }
    defer { server.stop() }
    let client = try CurlClient()
    await #expect(throws: Unreadable.self) {
      try await client.stream(CurlRequest(url: server.url)) { _, _ in throw Unreadable() }
    }
    #expect(await end.next() != nil)
  }

  @Test func `has a connection of its own, which the kernel watches over`() async throws {
    let server = try TestServer { connection in
      while let request = try connection.readRequest() {
        let isStream = request.requestLine.contains("/stream")
        try connection.write(
          isStream ? Self.head : String(decoding: Response.text("ok").bytes, as: UTF8.self))
      }
    }
    defer { server.stop() }
    let client = try CurlClient()
    _ = try await client.send(CurlRequest(url: server.url))
    try await client.stream(CurlRequest(url: server.url + "/stream")) { _, _ in
      let sockets = ClientSocket.connected(to: server.port)
      #expect(sockets.count == 2)
      for socket in sockets {
        #expect(socket.option(TCP_USER_TIMEOUT) == 30_000)
        #expect(socket.option(TCP_KEEPIDLE) == 15)
        #expect(socket.option(TCP_KEEPINTVL) == 15)
      }
    }
    _ = try await client.send(CurlRequest(url: server.url))
    #expect(server.connectionCount == 2)
  }
}
