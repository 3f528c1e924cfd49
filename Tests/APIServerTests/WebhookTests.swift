import Foundation
import KubernetesClient
import SatisAPI
import SatisWebhook
import TestSupport
import Testing

/// The webhook service as the program that users run, beside a real API server.
@Suite(.timeLimit(.minutes(1))) struct WebhookTests {
  private static let body = """
    {"ref": "refs/tags/1.1.0", "after": "6113728f27ae82c7b1a177c8d03f9e96e0adf246", "deleted": false,
     "head_commit": {"id": "6113728f27ae82c7b1a177c8d03f9e96e0adf246"},
     "repository": {"full_name": "acme/lib", "clone_url": "https://git.example.org/acme/lib.git"},
     "pusher": {"name": "alex"}}
    """

  private let server: TestServer

  init() throws {
    server = try TestServer()
  }

  /// Runs the service for a namespace that has one repository with a secret.
  private func withService(
    kubeconfig: String? = nil, _ body: (_ namespace: String, _ service: WebhookProcess) async throws -> Void
  ) async throws {
    try await ServingSite.run(kubeconfig: kubeconfig) { try await body($0.namespace, $0.service) }
  }

  private func builds(in namespace: String) async throws -> [SatisBuild] {
    try await server.client.listAll(SatisBuild.self, in: namespace).items
  }

  @Test func `a signed push becomes one SatisBuild that says what was pushed`() async throws {
    try await withService { namespace, service in
      let (status, answer) = try await service.post(Self.body, to: "acme")
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
    try await withService { namespace, service in
      let first = try await service.post(Self.body, to: "acme")
      let second = try await service.post(Self.body, to: "acme")
      #expect(second.status == 200)
      #expect(second.answer["build"] == first.answer["build"])
      let made = try await builds(in: namespace)
      #expect(made.count == 1)
    }
  }

  @Test func `a wrong signature and an unknown repository get the same answer and make nothing`() async throws
  {
    try await withService { namespace, service in
      let wrong = try await service.post(Self.body, to: "acme", secret: "guess")
      let unknown = try await service.post(Self.body, to: "nowhere")
      #expect(wrong.status == 401)
      #expect(unknown.status == 401)
      #expect(wrong.answer == unknown.answer)
      let made = try await builds(in: namespace)
      #expect(made.isEmpty)
    }
  }

  @Test func `a malformed and an oversized body are refused and make nothing`() async throws {
    try await withService { namespace, service in
      let malformed = try await service.post("{\"ref\":", to: "acme")
      #expect(malformed.status == 400)
      let huge = "{\"ref\": \"\(String(repeating: "x", count: 26 << 20))\"}"
      let oversized = try await service.post(huge, to: "acme")
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
    try await withService(kubeconfig: kubeconfig.path) { namespace, service in
      let (status, answer) = try await service.post(Self.body, to: "acme")
      #expect(status == 503)
      #expect(answer["error"]?.text != nil)
      let made = try await builds(in: namespace)
      #expect(made.isEmpty)
    }
  }
}
