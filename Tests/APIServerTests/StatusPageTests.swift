import Curl
import Foundation
import KubernetesClient
import SatisAPI
import SatisStatusPage
import TestSupport
import Testing
import Yams

/// The status page beside a real API server, with the rights of the manifests.
///
/// What it looks like in a browser is a matter of `Tests/StatusPage`.
@Suite(.timeLimit(.minutes(1))) struct StatusPageTests {
  private let server: TestServer
  private let curl: CurlClient

  init() throws {
    server = try TestServer()
    curl = try CurlClient()
  }

  @Test func `the webhook's rights and those that the component adds are all that the page needs`()
    async throws
  {
    try await server.withNamespace { namespace in
      try await server.createRepository("acme", in: namespace)
      try await server.createBuild("acme-1", of: "acme", in: namespace)
      let client = try await client(in: namespace)
      let port = try FreePort.find()
      let page = StatusPage(
        client: client, configuration: .init(namespace: namespace, port: port, access: .everybody),
        logger: .quiet, now: wallClock)
      let address = "http://127.0.0.1:\(port)"
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await page.run() }
        let told = try await read(address)
        #expect(told.contains("\"name\":\"acme\"") && told.contains("\"name\":\"acme-1\""))
        let details = try await curl.send(
          CurlRequest(method: .get, url: "\(address)/builds/\(namespace)/acme-1"))
        #expect(details.status == 200)
        #expect(String(decoding: details.body, as: UTF8.self) == #"{"attempts":[]}"#)
        group.cancelAll()
      }
      await client.shutdown()
    }
  }

  /// What the stream tells until it is live.
  private func read(_ address: String) async throws -> String {
    while true {
      do {
        return try await curl.stream(CurlRequest(method: .get, url: "\(address)/events")) { head, body in
          #expect(head.status == 200)
          var told = ""
          for try await chunk in body {
            told += String(decoding: chunk, as: UTF8.self)
            if told.contains("\"isLive\":true") { break }
          }
          return told
        }
      } catch let error as CurlError where error.phase == .connect {
        // The page does not listen yet.
        await Task.yield()
      }
    }
  }

  /// A client with a service account that may do what the webhook's Role and the component's patch to it say.
  private func client(in namespace: String) async throws -> KubernetesClient {
    let kubectl = Kubectl(kubeconfig: server.kubeconfig, namespace: namespace)
    let role: [String: Any] = [
      "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": ["name": "page"],
      "rules": try rules(),
    ]
    let manifest = String(decoding: try JSONSerialization.data(withJSONObject: role), as: UTF8.self)
    try await kubectl.run("apply", "-f", "-", input: manifest)
    try await kubectl.run("create", "serviceaccount", "page")
    try await kubectl.run(
      "create", "rolebinding", "page", "--role=page", "--serviceaccount=\(namespace):page")
    var configuration = server.client.configuration
    configuration.token = .fixed(try await kubectl.token(of: "page", in: namespace))
    configuration.clientIdentity = nil
    return try KubernetesClient(
      configuration: configuration, fieldManager: "satis-operator", userAgent: "status-page-test",
      logger: .quiet)
  }

  private func rules() throws -> [[String: Any]] {
    let deploy = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("deploy")
    func documents(_ path: String) throws -> [[String: Any]] {
      let text = try String(contentsOf: deploy.appendingPathComponent(path), encoding: .utf8)
      return try Yams.load_all(yaml: text).compactMap { $0 as? [String: Any] }
    }
    let role = try documents("base/webhook/rbac.yaml").first { $0["kind"] as? String == "Role" }
    let own = try #require(role?["rules"] as? [[String: Any]])
    let patches = try documents("components/status-page/kustomization.yaml").flatMap {
      $0["patches"] as? [[String: Any]] ?? []
    }
    let patch = patches.first { ($0["target"] as? [String: Any])?["kind"] as? String == "Role" }?["patch"]
    let operations = try Yams.load(yaml: try #require(patch as? String)) as? [[String: Any]]
    return own + (operations ?? []).compactMap { $0["value"] as? [String: Any] }
  }
}
