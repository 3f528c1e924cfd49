import KubernetesClient
import SatisAPI
import TestSupport
import Testing

/// The webhook service as the program that users run, for a namespace with the repository `acme`.
struct ServingSite: Sendable {
  static let body = """
    {"ref": "refs/heads/main", "after": "6113728f27ae82c7b1a177c8d03f9e96e0adf246", "deleted": false,
     "repository": {"full_name": "acme/lib", "clone_url": "https://git.example.org/acme/lib.git"},
     "pusher": {"name": "alex"}}
    """

  let server: TestServer
  let namespace: String
  let service: WebhookProcess

  /// Runs a body beside a service.
  ///
  /// - Parameters:
  ///   - kubeconfig: the way to the API server; nil for the direct one.
  ///   - options: what stands on the service's command line.
  static func run(
    kubeconfig: String? = nil, options: [String] = [], _ body: (ServingSite) async throws -> Void
  ) async throws {
    let server = try TestServer()
    try await server.withNamespace { namespace in
      try await server.createRepository("acme", in: namespace) {
        $0.webhook = .init(secretRefs: [KeyReference(name: "hook", key: "secret")])
      }
      _ = try await server.client.create(
        Secret(
          metadata: ObjectMetadata(name: "hook", namespace: namespace),
          data: ["secret": Base64Data(Array(WebhookProcess.secret.utf8))]))
      let service = try await WebhookProcess.start(
        kubeconfig: kubeconfig ?? server.kubeconfig, namespace: namespace, options: options)
      defer { service.terminate() }
      try await body(ServingSite(server: server, namespace: namespace, service: service))
    }
  }

  /// A push, signed.
  func push(_ delivery: String) async throws -> (status: Int, answer: JSONValue) {
    try await service.post(Self.body, to: "acme", delivery: delivery)
  }

  /// Others are answered, and their pushes stored.
  func expectService(_ delivery: String) async throws {
    let (status, answer) = try await push(delivery)
    #expect(status == 202)
    let made = try await builds()
    #expect(made.contains(answer["build"]?.text ?? ""))
  }

  /// The service shows a number among its metrics.
  func expect(_ metric: String, is value: Double) async throws {
    let shown = try await service.metric(metric)
    #expect(shown == value, "\(metric)")
  }

  /// The names of all builds.
  func builds() async throws -> Set<String> {
    Set(try await server.client.listAll(SatisBuild.self, in: namespace).items.map(\.metadata.name))
  }

  /// The beginning of a call: its first line and headers, without the empty line.
  func head(_ headers: [(name: String, value: String)]) -> String {
    let lines = headers.map { "\($0.name): \($0.value)\r\n" }.joined()
    return "POST /\(namespace)/acme HTTP/1.1\r\nHost: hooks.example.org\r\n\(lines)"
  }
}
