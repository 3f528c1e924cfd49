import ControllerRuntime
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import KubernetesClient
import SatisAPI
import Synchronization
import Testing

@testable import SatisStatusPage

@Suite(.timeLimit(.minutes(1))) struct EventStreamTests {
  private let sample = Sample()

  /// Takes what is written to a body and lets the test act on it; fails like a connection that is closed.
  private struct Browser: ResponseBodyWriter {
    struct Closed: Error {}

    let read: @Sendable (String) -> Bool

    mutating func write(_ buffer: ByteBuffer) async throws {
      guard read(String(buffer: buffer)) else { throw Closed() }
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
  }

  private func stream() -> EventStream {
    EventStream(board: sample.board, viewers: sample.viewers) { _ in }
  }

  @Test func `a stream begins with the whole and goes on with what changes, until the browser goes`()
    async throws
  {
    sample.list(builds: [Sample.build("a", reason: .running)])
    let body = try #require(stream().body { true })
    #expect(sample.viewers.count == 1)
    let events = Mutex<[String]>([])
    await #expect(throws: Browser.Closed.self) {
      try await body.write(
        Browser { [sample] event in
          let count = events.withLock { events in
            events.append(event)
            return events.count
          }
          guard count == 1 else { return false }
          let keys = sample.board.builds.take(.applied(Sample.build("a", reason: .succeeded)))
          sample.viewers.note { $0.builds.formUnion(keys) }
          return true
        })
    }
    let told = events.withLock { $0 }
    #expect(told.count == 2)
    #expect(told.first?.contains("\"isWhole\":true") == true && told.first?.contains("Running") == true)
    #expect(told.last?.contains("\"isWhole\":false") == true && told.last?.contains("Succeeded") == true)
    #expect(sample.viewers.count == 0)
  }

  @Test func `a stream ends when its viewer may not see it any more`() async throws {
    sample.list()
    let isAllowed = Mutex(true)
    let body = try #require(stream().body { isAllowed.withLock { $0 } })
    let events = Mutex(0)
    try await body.write(
      Browser { [sample] _ in
        let count = events.withLock { count in
          count += 1
          return count
        }
        if count == 2 { isAllowed.withLock { $0 = false } }
        sample.viewers.note { $0.builds.insert(NamespacedName(namespace: "satis", name: "a")) }
        return true
      })
    #expect(events.withLock { $0 } == 2)
    #expect(sample.viewers.count == 0)
  }

  @Test func `a stream that is never begun gives its place back`() {
    var body = stream().body { true }
    #expect(body != nil && sample.viewers.count == 1)
    body = nil
    #expect(sample.viewers.count == 0)
  }

  @Test func `with all places taken a browser is told to come again`() async throws {
    let held = [stream().body { true }, stream().body { true }]
    #expect(held.count == sample.viewers.count)
    let application = Application(router: sample.router())
    let response = try await application.test(.router) { client in
      try await client.executeRequest(uri: "/events", method: .get, headers: [:], body: nil)
    }
    #expect(response.status == .serviceUnavailable)
    #expect(response.headers[.retryAfter] == "30")
    withExtendedLifetime(held) {}
  }
}
