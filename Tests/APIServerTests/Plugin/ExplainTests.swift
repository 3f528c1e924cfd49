import KubernetesClient
import SatisAPI
import TestSupport
import Testing

/// `kubectl satis explain` beside a real API server where nobody works on builds.
@Suite(.timeLimit(.minutes(4))) struct ExplainTests {
  private let server: TestServer

  init() throws {
    server = try TestServer()
  }

  private func withPlugin(_ body: (PluginProcess, String) async throws -> Void) async throws {
    try await server.withNamespace { namespace in
      try await PluginProcess.linked(kubeconfig: server.kubeconfig, namespace: namespace) {
        try await body($0, namespace)
      }
    }
  }

  @Test func `without a build there is no story`() async throws {
    try await withPlugin { plugin, namespace in
      let none = try await plugin.run("explain")
      #expect(none.exitCode == 3)
      #expect(none.errors.contains("the namespace '\(namespace)' has no SatisBuild"))
      let unknown = try await plugin.run("explain", "nothing")
      #expect(unknown.exitCode == 3)
      #expect(unknown.errors.contains("nothing"))
      #expect(unknown.output.isEmpty)
    }
  }

  @Test func `the newest build is told, also where its repository is missing`() async throws {
    try await withPlugin { plugin, namespace in
      try await server.createBuild(
        "b1", of: "acme", in: namespace, source: "https://git.example.org/acme/lib.git")
      let told = try await plugin.run("explain")
      #expect(told.exitCode == 0)
      #expect(told.output.hasPrefix("SatisBuild b1 in namespace \(namespace): New\n"))
      #expect(told.output.contains("build https://git.example.org/acme/lib.git of SatisRepository acme"))
      #expect(told.output.contains("kubectl -n \(namespace) get lease satis-controller-leader"))
      let yaml = try await plugin.run("explain", "satisbuild/b1", "-o", "yaml")
      #expect(yaml.output.contains("\nname: b1\n"))
    }
  }
}
