import Testing

@testable import Curl

@Suite(.serialized, .timeLimit(.minutes(1))) struct `HTTP/2` {
  private struct Server {
    let authority: TestAuthority
    let backend: TestServer
    let front: HTTP2Front

    init(_ backend: TestServer) throws {
      self.backend = backend
      authority = try TestAuthority()
      front = try HTTP2Front(try authority.issue("server.test"), to: backend.port)
    }

    func request(_ path: String = "/") throws -> CurlRequest {
      var request = CurlRequest(url: "https://127.0.0.1:\(front.port)\(path)")
      request.tls.certificateAuthority = try authority.certificate
      request.tls.serverName = "server.test"
      request.timeout = .seconds(30)
      return request
    }

    func stop() {
      front.stop()
      backend.stop()
      authority.remove()
    }
  }

  @Test func `carries many requests at once on one connection`() async throws {
    let barrier = Barrier(60)
    let server = try Server(
      TestServer(answering: { request in
        barrier.wait()
        return .text(request.requestLine)
      }))
    defer { server.stop() }
    let client = try CurlClient()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 1...60 {
        let request = try server.request("/\(number)")
        group.addTask {
          let response = try await client.send(request)
          #expect(response.body == Array("GET /\(number) HTTP/1.1".utf8))
        }
      }
      try await group.waitForAll()
    }
    #expect(ClientSocket.connected(to: server.front.port).count == 1)
  }

  @Test func `is not spoken by a request for HTTP/1.1`() async throws {
    let server = try Server(TestServer(answering: { request in .text(request.head) }))
    defer { server.stop() }
    let client = try CurlClient()
    var request = try server.request()
    // The front says in a Via field which version it was asked in.
    #expect(String(decoding: try await client.send(request).body, as: UTF8.self).contains("Via: 2 nghttpx"))
    request.httpVersion = .http1
    #expect(String(decoding: try await client.send(request).body, as: UTF8.self).contains("Via: 1.1 nghttpx"))
  }

  @Test func `is not spoken by streams, which have a connection each`() async throws {
    let server = try Server(
      TestServer { connection in
        while let request = try connection.readRequest() {
          guard request.requestLine.contains("/stream") else {
            try connection.write(Response.text("ok").bytes)
            continue
          }
          let via = request.fields.first { $0.hasPrefix("Via:") } ?? ""
          try connection.write(
            "HTTP/1.1 200 OK\r\nX-\(via)\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n")
        }
      })
    defer { server.stop() }
    let client = try CurlClient()
    _ = try await client.send(server.request())
    try await client.stream(server.request("/stream")) { head, _ in
      #expect(head.header("x-via")?.hasPrefix("1.1") == true)
      #expect(ClientSocket.connected(to: server.front.port).count == 2)
      _ = try await client.send(server.request())
      #expect(ClientSocket.connected(to: server.front.port).count == 2)
    }
  }

  @Test func `answers do not wait for a stream that was there before the host was known to multiplex`()
    async throws
  {
    let server = try Server(
      TestServer { connection in
        while let request = try connection.readRequest() {
          guard request.requestLine.contains("/stream") else {
            try connection.write(Response.text("ok").bytes)
            continue
          }
          try connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n")
        }
      })
    defer { server.stop() }
    let client = try CurlClient()
    try await client.stream(server.request("/stream")) { _, _ in
      for _ in 0..<3 {
        let response = try await client.send(server.request())
        #expect(response.body == Array("ok".utf8))
      }
    }
  }

  @Test func `keeps the Host field beside a server name of its own`() async throws {
    let server = try Server(TestServer(answering: { request in .text(request.head) }))
    defer { server.stop() }
    let text = String(decoding: try await CurlClient().send(server.request()).body, as: UTF8.self)
    #expect(text.contains("\r\nHost: 127.0.0.1:\(server.front.port)\r\n"))
  }

  @Test func `downloads and uploads large bodies side by side`() async throws {
    let server = try Server(TestServer(answering: { request in Response(body: request.body) }))
    defer { server.stop() }
    let client = try CurlClient()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 1...8 {
        let body = [UInt8](repeating: UInt8(number), count: 1 << 20)
        var request = try server.request()
        request.method = .post
        request.body = body
        group.addTask { [request] in
          let response = try await client.send(request)
          #expect(response.body == body)
        }
      }
      try await group.waitForAll()
    }
  }

  @Test func `ends with a cancelled request that was alone on its connection`() async throws {
    let arrived = Signal<Void>()
    let end = Signal<Connection.End>()
    let server = try Server(
      TestServer { connection in
        _ = try connection.readRequest()
        arrived.send()
        end.send(connection.waitForEnd())
      })
    defer { server.stop() }
    let client = try CurlClient()
    let request = try server.request()
    let task = Task { await failure(request, client) }
    await arrived.next()
    task.cancel()
    #expect(await end.next() != nil)
    #expect(await task.value?.phase == .cancelled)
  }

  @Test(arguments: [false, true])
  func `goes on when one of several requests is cancelled`(isAnsweredLate: Bool) async throws {
    let arrived = Signal<Void>()
    let end = Signal<Void>()
    let (cancelledGate, keptGate) = (Gate(), Gate())
    let server = try Server(
      TestServer { connection in
        while let request = try connection.readRequest() {
          arrived.send()
          let isCancelled = request.requestLine.contains("/cancelled")
          if isCancelled, !isAnsweredLate {
            _ = connection.waitForEnd()
            return end.send()
          }
          (isCancelled ? cancelledGate : keptGate).pass()
          try connection.write(Response(body: [UInt8](repeating: 1, count: 100_000)).bytes)
          if isCancelled { end.send() }
        }
      })
    defer { server.stop() }
    let client = try CurlClient()
    let (kept, cancelled) = (try server.request("/kept"), try server.request("/cancelled"))
    let keptTask = Task { try await client.send(kept) }
    let cancelledTask = Task { await failure(cancelled, client) }
    for _ in 1...2 { await arrived.next() }
    cancelledTask.cancel()
    #expect(await cancelledTask.value?.phase == .cancelled)
    cancelledGate.open()
    if isAnsweredLate { await end.next() }
    keptGate.open()
    #expect(try await keptTask.value.body.count == 100_000)
    // The reset of the cancelled stream has travelled with what the kept one sent.
    if !isAnsweredLate { await end.next() }
    #expect(ClientSocket.connected(to: server.front.port).count == 1)
  }

  @Test(arguments: [true, false])
  func `that has left a request without an answer gets no further ones, and those on it lose nothing`(
    isCancelled: Bool
  ) async throws {
    let slowArrived = Signal<Void>()
    let hangingArrived = Signal<Void>()
    let gate = Gate()
    let server = try Server(
      TestServer { connection in
        while let request = try connection.readRequest() {
          if request.requestLine.contains("/hanging") {
            hangingArrived.send()
            _ = connection.waitForEnd()
          }
          if request.requestLine.contains("/slow") {
            slowArrived.send()
            gate.pass()
          }
          try connection.write(Response.text("ok").bytes)
        }
      })
    defer { server.stop() }
    var configuration = CurlConfiguration()
    configuration.doubtfulAfter = .zero
    let client = try CurlClient(configuration: configuration)
    let slow = try server.request("/slow")
    let slowTask = Task { try await client.send(slow) }
    await slowArrived.next()
    var hanging = try server.request("/hanging")
    if !isCancelled { hanging.timeout = .seconds(2) }
    let hangingTask = Task { [hanging] in await failure(hanging, client)?.phase }
    await hangingArrived.next()
    if isCancelled { hangingTask.cancel() }
    #expect(await hangingTask.value == (isCancelled ? .cancelled : .timeout))
    #expect(ClientSocket.connected(to: server.front.port).count == 1)
    for _ in 1...2 { #expect(try await client.send(server.request()).status == 200) }
    #expect(ClientSocket.connected(to: server.front.port).count == 2)
    gate.open()
    #expect(try await slowTask.value.status == 200)
    await client.shutdown()
  }

  @Test func `that is too large fails`() async throws {
    let server = try Server(
      TestServer(answering: { _ in Response(body: [UInt8](repeating: 1, count: 2_000)) }))
    defer { server.stop() }
    var request = try server.request()
    request.maximumBodyBytes = 1_000
    #expect(await failure(request)?.phase == .tooLarge)
  }
}
