import Testing

@testable import Curl

@Suite(.serialized, .timeLimit(.minutes(1))) struct `Shutting a client down` {
  @Test func `ends running requests and streams`() async throws {
    let arrived = Signal<Void>()
    let end = Signal<Connection.End>()
    let server = try TestServer { connection in
      _ = try connection.readHead()
      try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
      arrived.send()
      end.send(connection.waitForEnd())
    }
    defer { server.stop() }
    let client = try CurlClient()
    let request = Task { await failure(CurlRequest(url: server.url), client) }
    let stream = Task {
      await #expect(throws: CurlError.self) {
        try await client.stream(CurlRequest(url: server.url)) { _, body in for try await _ in body {} }
      }
    }
    for _ in 1...2 { await arrived.next() }
    await client.shutdown()
    for _ in 1...2 { #expect(await end.next() != nil) }
    for error in [await request.value, await stream.value] {
      #expect(error?.phase == .cancelled)
      #expect(error?.message.contains("shut down") == true)
    }
  }

  @Test func `ends requests on connections that are not used any more, and makes no new ones`() async throws {
    let arrived = Signal<Void>()
    let server = try TestServer { connection in
      _ = try connection.readHead()
      arrived.send()
      _ = connection.waitForEnd()
    }
    defer { server.stop() }
    let client = try CurlClient()
    let kept = Task { await failure(CurlRequest(url: server.url), client) }
    await arrived.next()
    var hanging = CurlRequest(url: server.url)
    hanging.timeout = .milliseconds(500)
    for _ in 1...2 { #expect(await failure(hanging, client)?.phase == .timeout) }
    await client.shutdown()
    #expect(await kept.value?.phase == .cancelled)
    #expect(await failure(hanging, client)?.phase == .cancelled)
  }

  @Test func `closes kept connections`() async throws {
    let end = Signal<Connection.End>()
    let server = try TestServer { connection in
      _ = try connection.readRequest()
      try connection.write(Response.text("ok").bytes)
      end.send(connection.waitForEnd())
    }
    defer { server.stop() }
    let client = try CurlClient()
    _ = try await client.send(CurlRequest(url: server.url))
    await client.shutdown()
    #expect(await end.next() == .closed)
  }

  @Test func `several times at once is the same as once`() async throws {
    let client = try CurlClient()
    await withTaskGroup { group in
      for _ in 1...10 { group.addTask { await client.shutdown() } }
    }
    let error = await failure(CurlRequest(url: "http://127.0.0.1:1/"), client)
    #expect(error?.phase == .cancelled)
    #expect(error?.message.contains("shut down") == true)
  }

  @Test func `is not needed: a client that goes closes its connections`() async throws {
    let end = Signal<Connection.End>()
    let server = try TestServer { connection in
      _ = try connection.readRequest()
      try connection.write(Response.text("ok").bytes)
      end.send(connection.waitForEnd())
    }
    defer { server.stop() }
    _ = try await CurlClient().send(CurlRequest(url: server.url))
    #expect(await end.next() == .closed)
  }

  @Test func `during requests neither loses nor keeps one`() async throws {
    let server = try TestServer(answering: { _ in .text("ok") })
    defer { server.stop() }
    for round in 0..<10 {
      let client = try CurlClient()
      await withTaskGroup(of: CurlError?.self) { group in
        for _ in 1...20 { group.addTask { await failure(CurlRequest(url: server.url), client) } }
        for _ in 0..<round * 5 { await Task.yield() }
        await client.shutdown()
        for await error in group { #expect(error == nil || error?.phase == .cancelled) }
      }
    }
  }
}
