import ControllerRuntime
import Hummingbird
import HummingbirdTesting
import Logging
import Testing

@Suite struct HealthServerTests {
  private func answer(
    _ path: String, notReady problem: String? = "the caches are not filled yet"
  ) async throws -> (status: HTTPResponse.Status, text: String) {
    let application = HealthServer.service(port: 0, logger: Logger(label: "test")) { problem }
    return try await application.test(.router) { client in
      try await client.execute(uri: path, method: .get) { ($0.status, String(buffer: $0.body)) }
    }
  }

  @Test func `a process that answers lives, ready or not`() async throws {
    let answer = try await answer("/healthz")
    #expect(answer.status == .ok)
    #expect(answer.text == "ok\n")
  }

  @Test func `a process that is not ready says why`() async throws {
    let answer = try await answer("/readyz")
    #expect(answer.status == .serviceUnavailable)
    #expect(answer.text == "the caches are not filled yet\n")
  }

  @Test func `a process that is ready says so`() async throws {
    let answer = try await answer("/readyz", notReady: nil)
    #expect(answer.status == .ok)
    #expect(answer.text == "ok\n")
  }

  @Test(arguments: ["/", "/metrics", "/healthz/x"])
  func `nothing else is served`(path: String) async throws {
    #expect(try await answer(path).status == .notFound)
  }

  @Test func `metrics are served where there are any, in the format that Prometheus asks for`() async throws {
    let metrics = MetricsRegistry([.counter("a_total", "A.")])
    let application = HealthServer.service(port: 0, metrics: metrics, logger: Logger(label: "test")) { nil }
    try await application.test(.router) { client in
      let response = try await client.executeRequest(uri: "/metrics", method: .get, headers: [:], body: nil)
      #expect(response.status == .ok)
      #expect(response.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
      #expect(String(buffer: response.body) == metrics.exposition())
    }
  }

  @Test func `the service answers on a port`() async throws {
    let application = HealthServer.service(port: 0, logger: Logger(label: "test")) { nil }
    let status = try await application.test(.live) { client in
      try await client.execute(uri: "/healthz", method: .get) { $0.status }
    }
    #expect(status == .ok)
  }
}
