import Testing

@testable import Curl

@Suite(.serialized, .timeLimit(.minutes(1))) struct `Cancelling a task` {
  /// A server that tells when a request came, and how its connection ended.
  ///
  /// Half of an answer is all it gives.
  private struct HalfServer {
    let arrived = Signal<Void>()
    let end = Signal<Connection.End>()
    let server: TestServer

    init() throws {
      server = try TestServer { [arrived, end] connection in
        guard try connection.readHead() != nil else { return }
        try connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n")
        arrived.send()
        end.send(connection.waitForEnd())
      }
    }
  }

  @Test func `closes the connection of its request`() async throws {
    let half = try HalfServer()
    defer { half.server.stop() }
    let client = try CurlClient()
    let task = Task { await failure(CurlRequest(url: half.server.url), client) }
    await half.arrived.next()
    task.cancel()
    #expect(await half.end.next() != nil)
    let error = await task.value
    #expect(error?.phase == .cancelled)
    #expect(error?.message.contains("127.0.0.1:\(half.server.port)") == true)
  }

  @Test func `closes the connection of the stream that it reads`() async throws {
    let half = try HalfServer()
    defer { half.server.stop() }
    let client = try CurlClient()
    let task = Task {
      await #expect(throws: CurlError.self) {
        try await client.stream(CurlRequest(url: half.server.url)) { _, body in for try await _ in body {} }
      }
    }
    await half.arrived.next()
    task.cancel()
    #expect(await half.end.next() != nil)
    #expect(await task.value?.phase == .cancelled)
  }

  @Test func `closes the connection of a stream that is not being read`() async throws {
    let half = try HalfServer()
    defer { half.server.stop() }
    let client = try CurlClient()
    let reading = Signal<Void>()
    let task = Task {
      try? await client.stream(CurlRequest(url: half.server.url)) { _, _ in
        reading.send()
        // Does not notice the cancellation, and goes on only when the server has seen the end.
        _ = await Task { await half.end.next() }.value
      }
    }
    await reading.next()
    task.cancel()
    await task.value
  }

  @Test func `closes a stream when only the one that waits for a piece is cancelled`() async throws {
    let half = try HalfServer()
    defer { half.server.stop() }
    try await CurlClient().stream(CurlRequest(url: half.server.url)) { _, body in
      let reader = Task { () -> CurlError? in
        do throws(CurlError) {
          var iterator = body.makeAsyncIterator()
          while try await iterator.next() != nil {}
          return nil
        } catch {
          return error
        }
      }
      await half.arrived.next()
      reader.cancel()
      #expect(await half.end.next() != nil)
      #expect(await reader.value?.phase == .cancelled)
    }
  }

  @Test func `before the request keeps it from being sent`() async throws {
    let server = try TestServer(answering: { _ in .text("ok") })
    defer { server.stop() }
    let client = try CurlClient()
    let gate = Signal<Void>()
    let task = Task {
      await gate.next()
      return await failure(CurlRequest(url: server.url), client)
    }
    task.cancel()
    gate.send()
    #expect(await task.value?.phase == .cancelled)
    #expect(server.connectionCount == 0)
  }

  @Test func `at any moment ends the request, one way or the other`() async throws {
    let server = try TestServer(answering: { _ in .text("ok") })
    defer { server.stop() }
    let client = try CurlClient()
    await withTaskGroup(of: CurlError?.self) { group in
      for round in 0..<200 {
        let task = Task { await failure(CurlRequest(url: server.url), client) }
        group.addTask {
          for _ in 0..<round % 40 { await Task.yield() }
          task.cancel()
          return await task.value
        }
      }
      for await error in group { #expect(error == nil || error?.phase == .cancelled) }
    }
    #expect(await failure(CurlRequest(url: server.url), client) == nil)
  }
}
