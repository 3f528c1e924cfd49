import Crypto
import Curl
import Foundation
import KubernetesClient
import SatisAPI
import SatisWebhook
import TestSupport
import Testing

/// The webhook service as the program that users run, beside a real API server.
@Suite(.timeLimit(.minutes(1))) struct WebhookTests {
  private static let secret = "correct horse battery staple"
  private static let body = """
    {"ref": "refs/tags/1.1.0", "after": "6113728f27ae82c7b1a177c8d03f9e96e0adf246", "deleted": false,
     "repository": {"full_name": "acme/lib", "clone_url": "https://git.example.org/acme/lib.git"},
     "pusher": {"name": "alex"}}
    """

  private let server: TestServer
  private let curl: CurlClient

  init() throws {
    server = try TestServer()
    curl = try CurlClient()
  }

  /// Runs the service for a namespace that has one repository with a secret.
  private func withService(
    kubeconfig: String? = nil, _ body: (_ namespace: String, _ address: String) async throws -> Void
  ) async throws {
    try await server.withNamespace { namespace in
      try await server.createRepository("acme", in: namespace) {
        $0.webhook = .init(secretRefs: [KeyReference(name: "hook", key: "secret")])
      }
      _ = try await server.client.create(
        Secret(
          metadata: ObjectMetadata(name: "hook", namespace: namespace),
          data: ["secret": Base64Data(Array(Self.secret.utf8))]))
      let port = try FreePort.find()
      let service = try OperatorProcess([
        "webhook", "--kubeconfig", kubeconfig ?? server.kubeconfig, "--namespace", namespace, "--port",
        "\(port)",
      ])
      defer { service.terminate() }
      let address = "http://127.0.0.1:\(port)"
      try await waitUntilHealthy(address)
      try await body(namespace, "\(address)/\(namespace)")
    }
  }

  private func waitUntilHealthy(_ address: String) async throws {
    while true {
      do throws(CurlError) {
        if try await curl.send(CurlRequest(method: .get, url: "\(address)/healthz")).status == 200 { return }
      } catch {
        guard error.phase == .connect else { throw error }
        await Task.yield()
      }
    }
  }

  private func post(
    _ url: String, _ body: String = body, secret: String = secret, delivery: String = "d1"
  ) async throws -> (status: Int, answer: JSONValue) {
    var request = CurlRequest(method: .post, url: url)
    let key = SymmetricKey(data: Array(secret.utf8))
    let code = HMAC<SHA256>.authenticationCode(for: Array(body.utf8), using: key)
    let signature = code.map { String(format: "%02x", $0) }.joined()
    request.headers = [
      ("Content-Type", "application/json"), ("X-GitHub-Event", "push"), ("X-GitHub-Delivery", delivery),
      ("X-Hub-Signature-256", "sha256=\(signature)"),
    ]
    request.body = Array(body.utf8)
    let response = try await curl.send(request)
    return (response.status, try JSONValue(parsing: response.body))
  }

  private func builds(in namespace: String) async throws -> [SatisBuild] {
    try await server.client.listAll(SatisBuild.self, in: namespace).items
  }

  @Test func `a signed push becomes one SatisBuild that says what was pushed`() async throws {
    try await withService { namespace, address in
      let (status, answer) = try await post("\(address)/acme")
      #expect(status == 202)
      let build = try #require(try await builds(in: namespace).first)
      #expect(answer["build"]?.text == build.metadata.name)
      #expect(build.spec.source?.url == "https://git.example.org/acme/lib.git")
      #expect(build.spec.trigger?.type == .webhook)
      #expect(build.spec.trigger?.commit == "6113728f27ae82c7b1a177c8d03f9e96e0adf246")
      #expect(build.spec.trigger?.deliveryID == "d1")
    }
  }

  @Test func `a redelivery finds the build that is there`() async throws {
    try await withService { namespace, address in
      let first = try await post("\(address)/acme")
      let second = try await post("\(address)/acme")
      #expect(second.status == 200)
      #expect(second.answer["build"] == first.answer["build"])
      let made = try await builds(in: namespace)
      #expect(made.count == 1)
    }
  }

  @Test func `a wrong signature and an unknown repository get the same answer and make nothing`() async throws
  {
    try await withService { namespace, address in
      let wrong = try await post("\(address)/acme", secret: "guess")
      let unknown = try await post("\(address)/nowhere")
      #expect(wrong.status == 401)
      #expect(unknown.status == 401)
      #expect(wrong.answer == unknown.answer)
      let made = try await builds(in: namespace)
      #expect(made.isEmpty)
    }
  }

  @Test func `a malformed and an oversized body are refused and make nothing`() async throws {
    try await withService { namespace, address in
      let malformed = try await post("\(address)/acme", "{\"ref\":")
      #expect(malformed.status == 400)
      let huge = "{\"ref\": \"\(String(repeating: "x", count: 26 << 20))\"}"
      let oversized = try await post("\(address)/acme", huge)
      #expect(oversized.status == 413)
      let made = try await builds(in: namespace)
      #expect(made.isEmpty)
    }
  }

  @Test func `while the API server is away a push gets 503 and makes nothing`() async throws {
    let closed = try FreePort.find()
    let kubeconfig = FileManager.default.temporaryDirectory.appendingPathComponent(
      "away-\(closed).kubeconfig")
    try """
    apiVersion: v1
    kind: Config
    current-context: away
    clusters: [{name: away, cluster: {server: "http://127.0.0.1:\(closed)"}}]
    users: [{name: nobody, user: {}}]
    contexts: [{name: away, context: {cluster: away, user: nobody}}]
    """.write(to: kubeconfig, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: kubeconfig) }
    try await withService(kubeconfig: kubeconfig.path) { namespace, address in
      let (status, answer) = try await post("\(address)/acme")
      #expect(status == 503)
      #expect(answer["error"]?.text != nil)
      let made = try await builds(in: namespace)
      #expect(made.isEmpty)
    }
  }
}
