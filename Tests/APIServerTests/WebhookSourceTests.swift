import Curl
import KubernetesClient
import SatisAPI
import TestSupport
import Testing

/// How the webhook service, as the program that users run, finds what to build, beside a real API server.
@Suite(.timeLimit(.minutes(1))) struct WebhookSourceTests {
  private let server: TestServer

  init() throws {
    server = try TestServer()
  }

  private static func body(_ path: String) -> String {
    """
    {"ref": "refs/heads/main", "before": "0d1a26e67d8f5eaf1f6ba5c57fc3c7d91ac0fd1c",
     "after": "6113728f27ae82c7b1a177c8d03f9e96e0adf246",
     "repository": {"clone_url": "https://git.example.org/\(path).git", "ssh_url": "git@git.example.org:\(path).git"},
     "sender": {"login": "alex"}}
    """
  }

  /// Runs the service for a namespace whose repositories all have one secret.
  private func withService(
    _ repositories: [String], unknownSource: SatisRepository.UnknownSource? = nil,
    aliases: [SatisRepository.SourceAlias]? = nil,
    _ body: (_ namespace: String, _ service: WebhookProcess) async throws -> Void
  ) async throws {
    try await server.withNamespace { namespace in
      for name in repositories {
        try await server.createRepository(name, in: namespace) {
          $0.webhook = .init(secretRefs: [KeyReference(name: "hook", key: "secret")])
          $0.webhook?.unknownSource = unknownSource
          $0.sourceAliases = aliases
        }
      }
      _ = try await server.client.create(
        Secret(
          metadata: ObjectMetadata(name: "hook", namespace: namespace),
          data: ["secret": Base64Data(Array(WebhookProcess.secret.utf8))]))
      let service = try await WebhookProcess.start(kubeconfig: server.kubeconfig, namespace: namespace)
      defer { service.terminate() }
      try await body(namespace, service)
    }
  }

  private func builds(in namespace: String) async throws -> [SatisBuild] {
    try await server.client.listAll(SatisBuild.self, in: namespace).items
  }

  @Test func `a source that satis.json does not list makes nothing, unless it has an alias`() async throws {
    let alias = SatisRepository.SourceAlias(
      url: "https://git.example.org/old/lib", source: "https://git.example.org/acme/lib.git")
    try await withService(["acme"], aliases: [alias]) { namespace, service in
      let unknown = try await service.post(Self.body("acme/unknown"), to: "acme", delivery: "d1")
      #expect(unknown.status == 200)
      #expect(unknown.answer["result"]?.text == "ignored")
      let renamed = try await service.post(Self.body("old/lib"), to: "acme", delivery: "d2")
      #expect(renamed.status == 202)
      let made = try await builds(in: namespace)
      #expect(made.map(\.spec.source?.url) == ["https://git.example.org/old/lib.git"])
    }
  }

  @Test func `with unknownSource FullBuild such a push builds everything`() async throws {
    try await withService(["acme"], unknownSource: .fullBuild) { namespace, service in
      let reply = try await service.post(Self.body("acme/unknown"), to: "acme")
      #expect(reply.status == 202)
      let made = try await builds(in: namespace)
      #expect(made.map(\.spec.source) == [nil])
    }
  }

  @Test func `a call to a namespace makes a build in each repository that lists the source`() async throws {
    try await withService(["one", "two"]) { namespace, service in
      try await server.createRepository("other", in: namespace) {
        $0.webhook = .init(secretRefs: [KeyReference(name: "hook", key: "secret")])
        $0.config = .init(
          inline: #"{"name": "acme/other", "homepage": "https://other.example.org", "repositories": []}"#)
      }
      let reply = try await service.post(Self.body("acme/app"), to: "-/github")
      #expect(reply.status == 202)
      #expect(reply.answer["builds"]?.elements?.count == 2)
      let made = try await builds(in: namespace)
      #expect(Set(made.map(\.spec.repositoryRef.name)) == ["one", "two"])
    }
  }

  @Test func `a push whose build failed is built again when it is sent again`() async throws {
    try await withService(["acme"]) { namespace, service in
      let first = try await service.post(Self.body("acme/lib"), to: "acme")
      let name = try #require(first.answer["build"]?.text)
      _ = try await server.client.mergePatch(
        SatisBuild.self, NamespacedName(namespace: namespace, name: name), subresource: .status,
        patch: [
          "status": [
            "conditions": [
              [
                "type": "Succeeded", "status": "False", "reason": "Failed", "message": "so",
                "lastTransitionTime": "2026-08-01T12:00:00Z",
              ]
            ]
          ]
        ], resourceVersion: nil)
      let second = try await service.post(Self.body("acme/lib"), to: "acme")
      #expect(second.status == 202)
      #expect(second.answer["build"] != first.answer["build"])
      let third = try await service.post(Self.body("acme/lib"), to: "acme")
      #expect(third.status == 200)
      #expect(third.answer["build"] == second.answer["build"])
    }
  }

  @Test func `the record of several branches is one that the API server takes`() async throws {
    let body = """
      {"event_name": "repository_update", "user_name": "Alex Doe",
       "project": {"git_http_url": "https://git.example.org/acme/lib.git"},
       "changes": [{"ref": "refs/heads/main", "before": "\(String(repeating: "1", count: 40))",
                    "after": "6113728f27ae82c7b1a177c8d03f9e96e0adf246"},
                   {"ref": "refs/heads/fixes/ümlaut", "before": "\(String(repeating: "1", count: 40))",
                    "after": "\(String(repeating: "0", count: 40))"}]}
      """
    try await withService(["acme"]) { namespace, service in
      var request = CurlRequest(method: .post, url: "\(service.address)/acme")
      request.headers = [
        ("Content-Type", "application/json"), ("X-Gitlab-Event", "System Hook"),
        ("X-Gitlab-Token", WebhookProcess.secret), ("Idempotency-Key", "k1"),
      ]
      request.body = Array(body.utf8)
      let response = try await CurlClient().send(request)
      #expect(response.status == 202)
      let build = try #require(try await builds(in: namespace).first)
      #expect(build.spec.trigger?.ref == "refs/heads/main refs/heads/fixes/ümlaut")
      #expect(build.spec.trigger?.commit == "6113728f27ae82c7b1a177c8d03f9e96e0adf246")
      #expect(build.spec.source?.prune == true)
    }
  }
}
