import Testing

@testable import Curl

@Suite(.serialized, .timeLimit(.minutes(1))) struct `A request that takes too long` {
  @Test func `to connect says so`() async throws {
    let socket = try LoopbackSocket.listening(backlog: 0)
    let fillers = try socket.fillBacklog()
    defer { LoopbackSocket.close(fillers + [socket.descriptor]) }
    var request = CurlRequest(url: "http://127.0.0.1:\(socket.port)/")
    request.connectTimeout = .milliseconds(200)
    let error = await failure(request)
    #expect(error?.phase == .timeout)
    #expect(error?.message.contains("127.0.0.1:\(socket.port)") == true)
    #expect(error?.message.contains("there was no connection") == true)
  }

  @Test func `to connect does not make those behind it wait for their turn`() async throws {
    let socket = try LoopbackSocket.listening(backlog: 0)
    let fillers = try socket.fillBacklog()
    defer { LoopbackSocket.close(fillers + [socket.descriptor]) }
    let client = try CurlClient()
    let start = ContinuousClock.now
    await withTaskGroup(of: CurlError?.self) { group in
      for _ in 1...20 {
        group.addTask {
          var request = CurlRequest(url: "http://127.0.0.1:\(socket.port)/")
          request.connectTimeout = .seconds(1)
          return await failure(request, client)
        }
      }
      for await error in group {
        #expect(error?.phase == .timeout)
        #expect(error?.message.contains("there was no connection") == true)
      }
    }
    // One after the other would take 20 seconds.
    #expect(ContinuousClock.now - start < .seconds(10))
  }

  @Test func `to shake hands says so`() async throws {
    let server = try TestServer { connection in _ = connection.waitForEnd() }
    defer { server.stop() }
    var request = CurlRequest(url: "https://127.0.0.1:\(server.port)/")
    request.connectTimeout = .seconds(2)
    let error = await failure(request)
    #expect(error?.phase == .timeout)
    #expect(error?.message.contains("the TLS handshake was not finished") == true)
  }

  @Test func `to answer says so`() async throws {
    let server = try TestServer { connection in _ = connection.waitForEnd() }
    defer { server.stop() }
    var request = CurlRequest(url: server.url)
    request.timeout = .seconds(1)
    let error = await failure(request)
    #expect(error?.phase == .timeout)
    #expect(error?.message.contains("there was no answer") == true)
  }

  @Test func `to finish its answer says so`() async throws {
    let server = try TestServer { connection in
      _ = try connection.readHead()
      try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
      _ = connection.waitForEnd()
    }
    defer { server.stop() }
    var request = CurlRequest(url: server.url)
    request.timeout = .seconds(1)
    let error = await failure(request)
    #expect(error?.phase == .timeout)
    #expect(error?.message.contains("the answer was not whole") == true)
  }

  @Test func `after a timeout leaves a client that works`() async throws {
    let server = try TestServer { connection in
      guard let request = try connection.readRequest() else { return }
      if request.requestLine.contains("/silent") { _ = connection.waitForEnd() }
      try connection.write(Response.text("ok").bytes)
    }
    defer { server.stop() }
    let client = try CurlClient()
    var request = CurlRequest(url: server.url + "/silent")
    request.timeout = .milliseconds(100)
    #expect(await failure(request, client)?.phase == .timeout)
    #expect(try await client.send(CurlRequest(url: server.url)).body == Array("ok".utf8))
  }
}
