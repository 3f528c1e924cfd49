import Testing

@testable import Curl

@Suite(.serialized, .timeLimit(.minutes(1))) struct `A request` {
  @Test func `brings status, header fields and body`() async throws {
    let server = try TestServer { _ in
      Response(status: "404 Not Found", fields: ["X-Kind: a: b", "x-kind: second"], body: Array("gone".utf8))
    }
    defer { server.stop() }
    let response = try await CurlClient().send(CurlRequest(url: server.url))
    #expect(response.status == 404)
    #expect(response.header("X-KIND") == "a: b")
    #expect(response.headers.filter { $0.name.lowercased() == "x-kind" }.map(\.value) == ["a: b", "second"])
    #expect(response.body == Array("gone".utf8))
  }

  @Test(arguments: [
    (CurlRequest.Method.get, nil), (.post, "x=1"), (.post, nil), (.put, "{}"), (.put, nil), (.patch, "{}"),
    (.delete, "{}"), (.delete, nil), (.post, ""),
  ])
  func `sends its method and exactly its body`(method: CurlRequest.Method, body: String?) async throws {
    let server = try TestServer(answering: { request in
      Response(fields: ["X-Line: \(request.requestLine)"], body: Array(request.head.utf8) + request.body)
    })
    defer { server.stop() }
    let request = CurlRequest(method: method, url: server.url + "/a?b=c", body: body.map { Array($0.utf8) })
    let response = try await CurlClient().send(request)
    #expect(response.header("x-line") == "\(method.rawValue) /a?b=c HTTP/1.1")
    let text = String(decoding: response.body, as: UTF8.self)
    #expect(text.hasSuffix("\r\n\r\n" + (body ?? "")))
    #expect(!text.lowercased().contains("content-type:"))
    let saysLength = text.contains("Content-Length: \(body?.utf8.count ?? 0)\r\n")
    #expect(saysLength == (body != nil || [.post, .put, .patch].contains(method)))
  }

  @Test func `sends its header fields, also empty ones`() async throws {
    let server = try TestServer(answering: { request in .text(request.head) })
    defer { server.stop() }
    let request = CurlRequest(
      method: .post, url: server.url,
      headers: [("Content-Type", "application/json"), ("X-Empty", ""), ("X-Twice", "1"), ("X-Twice", "2")],
      body: [])
    let text = String(decoding: try await CurlClient().send(request).body, as: UTF8.self)
    for line in ["Content-Type: application/json", "X-Empty:", "X-Twice: 1", "X-Twice: 2"] {
      #expect(text.contains("\r\n\(line)\r\n"))
    }
  }

  @Test func `with HEAD expects no body`() async throws {
    let server = try TestServer { connection in
      guard try connection.readHead() != nil else { return }
      try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n")
      _ = connection.waitForEnd()
    }
    defer { server.stop() }
    let response = try await CurlClient().send(CurlRequest(method: .head, url: server.url))
    #expect(response.status == 200)
    #expect(response.header("content-length") == "99")
    #expect(response.body.isEmpty)
  }

  @Test func `uploads a large body without asking for permission`() async throws {
    let server = try TestServer(answering: { request in
      .text("\(request.body.count) \(request.body.reduce(0) { ($0 + Int($1)) & 0xFFFF }) \(request.head)")
    })
    defer { server.stop() }
    let body = (0..<3 << 20).map { UInt8(truncatingIfNeeded: $0 / 7) }
    let response = try await CurlClient().send(CurlRequest(method: .post, url: server.url, body: body))
    let text = String(decoding: response.body, as: UTF8.self)
    #expect(text.hasPrefix("\(body.count) \(body.reduce(0) { ($0 + Int($1)) & 0xFFFF }) "))
    #expect(!text.lowercased().contains("expect:"))
  }

  @Test func `downloads 5 MB`() async throws {
    let body = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 / 3) }
    let server = try TestServer(answering: { _ in Response(body: body) })
    defer { server.stop() }
    let response = try await CurlClient().send(CurlRequest(url: server.url))
    #expect(response.body == body)
  }

  @Test func `skips interim responses and trailers`() async throws {
    let server = try TestServer { connection in
      guard try connection.readHead() != nil else { return }
      try connection.write("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
      try connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-After\r\n\r\n")
      try connection.write("3\r\nabc\r\n0\r\nX-After: 1\r\n\r\n")
    }
    defer { server.stop() }
    let response = try await CurlClient().send(CurlRequest(url: server.url))
    #expect(response.status == 200)
    #expect(response.headers.map(\.name) == ["Transfer-Encoding", "Trailer"])
    #expect(response.body == Array("abc".utf8))
  }

  @Test func `does not follow redirects`() async throws {
    let server = try TestServer(answering: { _ in
      Response(status: "302 Found", fields: ["Location: http://127.0.0.1:1/"])
    })
    defer { server.stop() }
    #expect(try await CurlClient().send(CurlRequest(url: server.url)).status == 302)
  }

  @Test func `reuses the connection of the one before`() async throws {
    let server = try TestServer(answering: { _ in .text("ok") })
    defer { server.stop() }
    let client = try CurlClient()
    for _ in 1...5 { _ = try await client.send(CurlRequest(url: server.url)) }
    #expect(server.connectionCount == 1)
  }

  @Test func `goes through a proxy that it names`() async throws {
    let proxy = try TestServer(answering: { request in .text(request.requestLine) })
    defer { proxy.stop() }
    var request = CurlRequest(url: "http://server.invalid/path")
    request.proxy = proxy.url
    let response = try await CurlClient().send(request)
    #expect(response.body == Array("GET http://server.invalid/path HTTP/1.1".utf8))
  }

  @Test func `does not show credentials when it is printed`() {
    var request = CurlRequest(
      url: "https://user:password@host:1/path?token=query#fragment",
      headers: [("Authorization", "Bearer token")])
    request.tls.clientKey = Array("key".utf8)
    #expect("\(request)" == "GET https://host:1/path")
    #expect(String(reflecting: request) == "GET https://host:1/path")
  }
}
