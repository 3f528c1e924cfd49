import Curl
import Foundation
import KubernetesClient
import TestSupport
import Testing

/// How a client fails that cannot reach the API server, does not trust it or is not trusted.
@Suite(.timeLimit(.minutes(1))) struct ClientErrorTests {
  let server: TestServer
  private let key = NamespacedName(namespace: "default", name: "nowhere")

  init() throws {
    server = try TestServer()
  }

  /// Asks for an object that does not exist, with a changed configuration.
  private func failure(_ change: (inout ClusterConfiguration) throws -> Void) async throws -> KubernetesError
  {
    var configuration = server.client.configuration
    try change(&configuration)
    let client = try KubernetesClient(
      configuration: configuration, fieldManager: "test", userAgent: "satis-operator-tests", logger: .quiet)
    let error = try await #require(throws: KubernetesError.self) {
      _ = try await client.get(ConfigMap.self, key)
    }
    await client.shutdown()
    return error
  }

  private func phase(_ error: KubernetesError) -> CurlError.Phase? {
    guard case .transport(let error) = error.cause else { return nil }
    return error.phase
  }

  @Test func `an authority that has not signed the server's certificate is a failure of TLS`() async throws {
    let error = try await failure { $0.certificateAuthority = nil }
    #expect(phase(error) == .tls)
    #expect(error.description.hasPrefix("get ConfigMap default/nowhere: "))
  }

  @Test func `a certificate for another name is a failure of TLS`() async throws {
    #expect(try await phase(failure { $0.serverName = "other.example.org" }) == .tls)
  }

  @Test func `a text that is no certificate is no authority`() async throws {
    let error = try await failure { $0.certificateAuthority = PEM(Array("no certificate".utf8)) }
    #expect([.tls, .configuration].contains(phase(error)))
  }

  @Test func `a server that nobody runs is a failure to connect`() async throws {
    let error = try await failure { $0.server = "https://127.0.0.1:\(try FreePort.find())" }
    #expect(phase(error) == .connect)
    #expect(!error.isNotFound)
  }

  @Test func `a token that the server does not know is refused`() async throws {
    let error = try await failure { $0.token = .fixed("wrong") }
    #expect(error.status?.code == 401)
    #expect(error.status?.reason == "Unauthorized")
  }

  @Test func `nobody in particular is told what is forbidden`() async throws {
    let error = try await failure { $0.token = .none }
    #expect(error.status?.code == 403)
    #expect(error.description.contains("system:anonymous"))
  }

  @Test func `a certificate that is not checked, or checked under its real name, is accepted`() async throws {
    let unchecked = try await failure {
      $0.certificateAuthority = nil
      $0.skipsCertificateCheck = true
    }
    #expect(unchecked.isNotFound)
    let port = URL(string: server.client.configuration.server)?.port ?? 0
    let named = try await failure {
      $0.server = "https://localhost:\(port)"
      $0.serverName = "kubernetes.default.svc"
    }
    #expect(named.isNotFound)
  }

  @Test func `a client certificate is as good as a token`() async throws {
    let configuration = try ClusterConfiguration.discover(
      kubeconfig: server.kubeconfig, context: "certificate", environment: [:])
    let error = try await failure { $0 = configuration }
    #expect(error.isNotFound)
  }

  @Test func `an authority that was replaced in its file is trusted without a restart`() async throws {
    let bytes = try #require(server.client.configuration.certificateAuthority?.bytes)
    let file = FileManager.default.temporaryDirectory.appending(path: "ca-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: file) }
    // The one of the system: it has not signed the server's certificate.
    let other = try Data(contentsOf: URL(fileURLWithPath: "/etc/ssl/certs/ca-certificates.crt"))
    try other.write(to: file)
    var configuration = server.client.configuration
    configuration.certificateAuthority = PEM([UInt8](other), path: file.path)
    let client = try KubernetesClient(
      configuration: configuration, fieldManager: "test", userAgent: "satis-operator-tests", logger: .quiet)
    let refused = await #expect(throws: KubernetesError.self) { try await client.get(ConfigMap.self, key) }
    #expect(refused.flatMap(phase) == .tls)
    let replaced = ContinuousClock.now
    try Data(bytes).write(to: file)
    let answered = await #expect(throws: KubernetesError.self) { try await client.get(ConfigMap.self, key) }
    #expect(answered?.isNotFound == true)
    print(
      "authority replaced in its file: the next request is answered after \(ContinuousClock.now - replaced)")
    await client.shutdown()
  }

  @Test func `a credential plugin logs in`() async throws {
    guard case .fixed(let token) = server.client.configuration.token else {
      Issue.record("the test's own kubeconfig has no token")
      return
    }
    let directory = FileManager.default.temporaryDirectory.appending(path: "plugin-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let authority = try #require(server.client.configuration.certificateAuthority)
    // Its first credential is one that the server does not know.
    try """
    clusters:
    - name: c
      cluster:
        server: \(server.client.configuration.server)
        certificate-authority-data: \(Data(authority.bytes).base64EncodedString())
    contexts: [{name: main, context: {cluster: c, user: u}}]
    users:
    - name: u
      user:
        exec:
          apiVersion: client.authentication.k8s.io/v1
          interactiveMode: Never
          command: sh
          args:
          - -c
          - |
            token=$TOKEN
            [ -e "$0" ] || token=wrong
            touch "$0"
            echo '{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",'
            echo '"status": {"token": "'$token'"}}'
          - \(directory.path)/ran
          env: [{name: TOKEN, value: \(token)}]
    """.write(to: directory.appending(path: "config"), atomically: true, encoding: .utf8)
    let configuration = try ClusterConfiguration.discover(
      kubeconfig: directory.appending(path: "config").path, context: "main", environment: [:])
    #expect(try await failure { $0 = configuration }.isNotFound)
  }

  @Test func `a token that was replaced in its file is found without a restart`() async throws {
    guard case .fixed(let token) = server.client.configuration.token else {
      Issue.record("the test's own kubeconfig has no token")
      return
    }
    let file = FileManager.default.temporaryDirectory.appending(path: "token-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: file) }
    try "expired".write(to: file, atomically: true, encoding: .utf8)
    var configuration = server.client.configuration
    configuration.token = .file(path: file.path)
    let client = try KubernetesClient(
      configuration: configuration, fieldManager: "test", userAgent: "satis-operator-tests", logger: .quiet)
    let refused = await #expect(throws: KubernetesError.self) { try await client.get(ConfigMap.self, key) }
    #expect(refused?.status?.code == 401)
    let replaced = ContinuousClock.now
    try token.write(to: file, atomically: true, encoding: .utf8)
    let answered = await #expect(throws: KubernetesError.self) { try await client.get(ConfigMap.self, key) }
    #expect(answered?.isNotFound == true)
    print("token replaced in its file: the next request is answered after \(ContinuousClock.now - replaced)")
    await client.shutdown()
  }
}
