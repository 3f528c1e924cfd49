import Curl
import Hummingbird
import HummingbirdTesting
import KubernetesClient
import Logging
import Synchronization
import TestSupport
import Testing

@testable import ControllerRuntime

@Suite(.timeLimit(.minutes(1))) struct HealthServerTests {
  private func answer(
    _ path: String, liveness: [HealthCheck] = [], readiness: [HealthCheck] = []
  ) async throws -> (status: HTTPResponse.Status, text: String) {
    let application = HealthServer.service(
      port: 0, logger: Logger(label: "test"), liveness: liveness, readiness: readiness)
    return try await application.test(.router) { client in
      try await client.execute(uri: path, method: .get) { ($0.status, String(buffer: $0.body)) }
    }
  }

  /// Asks until somebody listens.
  private func firstAnswer(of url: String) async throws -> CurlResponse {
    let client = try CurlClient()
    while true {
      guard let response = try? await client.send(CurlRequest(url: url)) else { continue }
      await client.shutdown()
      return response
    }
  }

  private let empty = HealthCheck("caches") { .bad("not filled yet") }
  private let filled = HealthCheck("caches") { .good() }
  private let standby = HealthCheck("lease") { .good(note: "standby, a leads") }

  @Test func `a process that answers lives, ready or not`() async throws {
    let answer = try await answer("/healthz", readiness: [empty])
    #expect(answer.status == .ok)
    #expect(answer.text == "ok\n")
  }

  @Test func `what only a restart would mend is no life`() async throws {
    let answer = try await answer("/healthz", liveness: [standby, empty])
    #expect(answer.status == .serviceUnavailable)
    #expect(
      answer.text == """
        [+]lease ok: standby, a leads
        [-]caches failed: not filled yet
        healthz check failed

        """)
  }

  @Test func `a process that is not ready says why`() async throws {
    let answer = try await answer("/readyz", readiness: [filled, HealthCheck("lease") { .bad("lost") }])
    #expect(answer.status == .serviceUnavailable)
    #expect(answer.text == "[+]caches ok\n[-]lease failed: lost\nreadyz check failed\n")
  }

  @Test func `a process that is ready says so, and what else there is to know`() async throws {
    let plain = try await answer("/readyz", readiness: [filled])
    #expect(plain.status == .ok)
    #expect(plain.text == "ok\n")
    let noted = try await answer("/readyz", readiness: [filled, standby])
    #expect(noted.status == .ok)
    #expect(noted.text == "ok: standby, a leads\n")
  }

  @Test func `every check is named to those who ask`() async throws {
    let answer = try await answer("/readyz?verbose", readiness: [filled, standby])
    #expect(answer.status == .ok)
    #expect(answer.text == "[+]caches ok\n[+]lease ok: standby, a leads\nreadyz check passed\n")
  }

  @Test(arguments: ["/", "/metrics", "/healthz/x"])
  func `nothing else is served`(path: String) async throws {
    #expect(try await answer(path).status == .notFound)
  }

  @Test func `metrics are served where there are any, in the format that Prometheus asks for`() async throws {
    let metrics = MetricsRegistry([.counter("a_total", "A.")])
    let application = HealthServer.service(port: 0, metrics: metrics, logger: Logger(label: "test"))
    try await application.test(.router) { client in
      let response = try await client.executeRequest(uri: "/metrics", method: .get, headers: [:], body: nil)
      #expect(response.status == .ok)
      #expect(response.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
      #expect(String(buffer: response.body) == metrics.exposition())
    }
  }

  @Test func `the service answers on a port, and says when`() async throws {
    let port = try FreePort.find()
    let server = Task { try await HealthServer.service(port: port, logger: Logger(label: "test")).run() }
    defer { server.cancel() }
    let response = try await firstAnswer(of: "http://127.0.0.1:\(port)/healthz")
    #expect(response.status == 200)
    #expect(response.headers.contains { $0.name == "Date" && $0.value.hasSuffix(" GMT") })
  }

  @Test func `the service answers whichever family of addresses a probe comes by`() async throws {
    let port = try FreePort.find()
    let server = Task { try await HealthServer.service(port: port, logger: Logger(label: "test")).run() }
    defer { server.cancel() }
    for host in AllAddresses.host == "::" ? ["127.0.0.1", "[::1]"] : ["127.0.0.1"] {
      #expect(try await firstAnswer(of: "http://\(host):\(port)/healthz").status == 200)
    }
  }

  @Test func `a connection that nobody uses is closed`() async throws {
    let port = try FreePort.find()
    let application = HealthServer.application(
      Router(), port: port, idleTime: .milliseconds(50), logger: Logger(label: "test"))
    let server = Task { try await application.run() }
    defer { server.cancel() }
    _ = try await firstAnswer(of: "http://127.0.0.1:\(port)/")
    let connection = try RawConnection(port: port)
    #expect(await connection.readToEnd().isEmpty)
  }

  @Test func `the date of an answer is written as HTTP wants it`() {
    #expect(QuietApplication.date(784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
    #expect(QuietApplication.date(1_582_934_400) == "Sat, 29 Feb 2020 00:00:00 GMT")
  }
}
