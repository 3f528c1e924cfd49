import ControllerRuntime
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Testing

@testable import SatisStatusPage

@Suite struct ConnectionStateTests {
  private let start = ConnectionState.Instant.now
  private var state = ConnectionState()

  private mutating func request(at now: ConnectionState.Instant) {
    state.head(now: now)
    state.end(now: now)
  }

  @Test mutating func `a connection waits until a request is whole, and again once it is answered`() {
    for _ in 0..<3 {
      #expect(state.standing != .busy)
      state.bytes(now: start)
      #expect(state.standing != .busy)
      state.head(now: start)
      #expect(state.standing != .busy)
      state.end(now: start)
      #expect(state.standing == .busy)
      state.answered()
    }
    #expect(state.standing != .busy)
  }

  @Test mutating func `a request has its time from its first byte on, and none more for each that follows`() {
    #expect(state.due == nil)
    state.bytes(now: start)
    state.bytes(now: start + .seconds(9))
    state.head(now: start + .seconds(9))
    #expect(state.due == start + ConnectionState.requestTime)
  }

  @Test mutating func `an answer that nobody takes ends in its time, and a stream of events does not`() {
    request(at: start)
    #expect(state.due == start + ConnectionState.answerTime)
    state.streams()
    #expect(state.due == nil)
    #expect(state.standing == .busy)
  }

  @Test mutating func `once a request is answered nothing has to end`() {
    request(at: start)
    state.answered()
    #expect(state.due == nil)
  }

  @Test mutating func `the rest of a body whose answer did not wait for it has no more time`() {
    state.head(now: start)
    state.answered()
    #expect(state.standing != .busy)
    #expect(state.due == start + ConnectionState.requestTime)
    state.end(now: start)
    #expect(state.standing != .busy)
    #expect(state.due == nil)
  }

  @Test mutating func `what comes after a stream has begun does not end it`() {
    request(at: start)
    state.streams()
    state.bytes(now: start)
    #expect(state.due == nil)
    state.head(now: start)
    #expect(state.standing == .busy)
    state.end(now: start)
    #expect(state.standing == .busy)
    #expect(state.due == nil)
  }

  @Test mutating func `what is no request is answered, and changes nothing for the next one`() {
    state.bytes(now: start)
    state.answered()
    #expect(state.standing != .busy)
    request(at: start)
    #expect(state.standing == .busy)
  }
}

@Suite(.timeLimit(.minutes(1))) struct ConnectionGuardTests {
  private func connection(to port: Int) -> TestClient {
    let client = TestClient(host: "localhost", port: port)
    client.connect()
    return client
  }

  @Test func `who only holds connections keeps nobody out, and who is being answered stays`() async throws {
    let (arrivals, arrival) = AsyncStream<Void>.makeStream()
    let (gate, opening) = AsyncStream<Never>.makeStream()
    let router = Sample().router()
    router.get("/slow") { _, _ in
      arrival.yield()
      for await _ in gate {}
      return Response(status: .noContent)
    }
    let application = Application(
      router: router, server: StatusPage.server(connections: 2),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    try await application.test(.live) { client in
      let port = try #require(client.port)
      async let slow = client.executeRequest(uri: "/slow", method: .get, headers: [:], body: nil)
      // Whatever becomes of the others, it is not waited for in vain.
      defer { opening.finish() }
      for await _ in arrivals { break }

      let idle = connection(to: port)
      #expect(try await idle.get("/session").status == .noContent)
      let silent = connection(to: port)
      try await idle.getChannel().closeFuture.get()
      let asking = connection(to: port)
      #expect(try await asking.get("/session").status == .noContent)
      try await silent.getChannel().closeFuture.get()

      opening.finish()
      let answer = try await slow
      #expect(answer.status == .noContent)
    }
  }
}
