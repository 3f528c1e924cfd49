import Foundation
import TestSupport
import Testing

/// Callers that are slow, endless, many or no HTTP at all: the service goes on answering others.
@Suite(.timeLimit(.minutes(4))) struct CallerTests {
  @Test func `a header that does not come to its end is answered 408, and others meanwhile`() async throws {
    try await ServingSite.run(options: ["--header-timeout", "2"]) { site in
      let connection = try RawConnection(port: site.service.port)
      connection.send("POST /\(site.namespace)/acme HTTP/1.1\r\nHost: ")
      async let text = connection.readToEnd()
      try await site.expectService("other")
      let answer = await text
      #expect(answer.hasPrefix("HTTP/1.1 408 "))
      #expect(answer.contains(#""error":"timeout""#))
      try await site.expect(#"satis_webhook_requests_total{host="none",result="timeout"}"#, is: 1)
    }
  }

  @Test func `a body that does not come to its end is answered 408, and others meanwhile`() async throws {
    try await ServingSite.run(options: ["--body-timeout", "2"]) { site in
      let connection = try RawConnection(port: site.service.port)
      let headers = WebhookProcess.headers(of: ServingSite.body) + [("Content-Length", "100")]
      connection.send(site.head(headers) + "\r\n{")
      async let text = connection.readToEnd()
      try await site.expectService("other")
      let answer = await text
      #expect(answer.hasPrefix("HTTP/1.1 408 "))
      #expect(answer.contains("Connection: close"))
      try await site.expect(#"satis_webhook_requests_total{host="github",result="timeout"}"#, is: 1)
    }
  }

  @Test func `a body without an end is refused at its limit, and nothing more is taken`() async throws {
    try await ServingSite.run { site in
      let connection = try RawConnection(port: site.service.port)
      connection.send(site.head([("Transfer-Encoding", "chunked")]) + "\r\n")
      let chunk =
        Array("8000\r\n".utf8) + Array(repeating: UInt8(ascii: "x"), count: 0x8000) + Array("\r\n".utf8)
      async let sent = connection.sendWithoutEnd(chunk)
      async let text = connection.readToEnd()
      try await site.expectService("other")
      let answer = await text
      #expect(answer.hasPrefix("HTTP/1.1 413 "))
      let count = await sent
      #expect(count > 1 << 20)
      try await site.expectService("another")
    }
  }

  @Test func `64 KB of headers are answered 431`() async throws {
    try await ServingSite.run { site in
      let connection = try RawConnection(port: site.service.port)
      connection.send(site.head([("X-Long", String(repeating: "x", count: 64 << 10))]) + "\r\n")
      let answer = await connection.readToEnd()
      #expect(answer.hasPrefix("HTTP/1.1 431 "))
      #expect(answer.contains(#""error":"header_too_large""#))
      try await site.expectService("other")
    }
  }

  /// Each makes two servers in a row disagree about where the body ends (RFC 9112, section 6.3).
  private static let lengths: [[(name: String, value: String)]] = [
    [("Content-Length", "0"), ("Transfer-Encoding", "chunked")],
    [("Transfer-Encoding", "chunked"), ("Content-Length", "5")],
    [("Content-Length", "0"), ("Content-Length", "5")],
    [("Content-Length", "5"), ("Content-Length", "5")],
    [("Content-Length", "+5")], [("Content-Length", "-5")], [("Content-Length", "5, 5")],
    [("Content-Length", "0x5")], [("Content-Length ", "5")],
    [("Transfer-Encoding", "chunked, identity")], [("Transfer-Encoding", "xchunked")],
    [("Transfer-Encoding", "chunked"), ("Transfer-Encoding", "identity")],
  ]

  @Test func `lengths that contradict each other are refused by closing, and what follows is no call`()
    async throws
  {
    try await ServingSite.run { site in
      for (index, length) in Self.lengths.enumerated() {
        // The call that is hidden behind is signed, and would make a build.
        let hidden = WebhookProcess.headers(of: ServingSite.body, delivery: "hidden-\(index)")
        let second =
          site.head(hidden + [("Content-Length", "\(ServingSite.body.utf8.count)")])
          + "\r\n\(ServingSite.body)"
        let connection = try RawConnection(port: site.service.port)
        connection.send(site.head(length) + "\r\n0\r\n\r\n" + second)
        let answer = await connection.readToEnd()
        #expect(answer.hasPrefix("HTTP/1.1 400 "), "\(length)")
        #expect(answer.contains("Connection: close"), "\(length)")
        #expect(answer.components(separatedBy: "HTTP/1.1 ").count == 2, "\(length)")
      }
      let made = try await site.builds()
      #expect(made.isEmpty)
      try await site.expectService("other")
    }
  }

  @Test(arguments: ["z\r\nabc\r\n", "-3\r\nabc\r\n", "3\r\nabcd\r\n", "fffffffffffffffff\r\nabc\r\n"])
  func `a chunk of no size is refused by closing`(chunk: String) async throws {
    try await ServingSite.run { site in
      let connection = try RawConnection(port: site.service.port)
      connection.send(site.head([("Transfer-Encoding", "chunked")]) + "\r\n\(chunk)0\r\n\r\n")
      let answer = await connection.readToEnd()
      #expect(answer.hasPrefix("HTTP/1.1 400 "))
      #expect(answer.contains(#""error":"bad_http""#))
    }
  }

  @Test func `10,000 silent connections keep nobody out`() async throws {
    let count = 10_000
    let files = RawConnection.raiseLimit()
    try #require(files > count + 200, "the system allows \(files) open files; allow more, as by `ulimit -n`")
    try await ServingSite.run { site in
      var connections: [RawConnection] = []
      for _ in 0..<count { connections.append(try RawConnection(port: site.service.port)) }
      try await site.expectService("other")
      // Some have said a part of what they have to say.
      for connection in connections.suffix(1_000) { connection.send("POST /") }
      try await site.expectService("another")
      let open = try await site.service.metric("satis_webhook_connections")
      #expect(open.map { $0 <= 4_096 } == true)
      let closed = try await site.service.metric(#"satis_webhook_pressure_total{limit="connections"}"#)
      #expect(closed.map { $0 >= Double(count - 4_096) } == true)
      withExtendedLifetime(connections) {}
    }
  }
}
