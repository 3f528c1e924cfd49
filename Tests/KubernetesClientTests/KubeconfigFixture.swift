import Foundation
import Testing

@testable import KubernetesClient

/// Writes kubeconfigs into a directory of the test and reads them.
protocol KubeconfigFixture {
  var directory: TemporaryDirectory { get }
}

extension KubeconfigFixture {
  /// A kubeconfig of one context `main`; the two texts are members of its cluster and of its user.
  func write(
    cluster: String = "", user: String = "token: secret", to name: String = "config"
  ) throws -> String {
    try directory.write(
      name,
      """
      apiVersion: v1
      kind: Config
      current-context: main
      clusters: [{name: c, cluster: {server: "https://c.example.org:6443", \(cluster)}}]
      users: [{name: u, user: {\(user)}}]
      contexts: [{name: main, context: {cluster: c, user: u, namespace: shop}}]
      """)
  }

  func load(_ paths: String..., context: String? = nil) throws -> ClusterConfiguration {
    try Kubeconfig.load(paths: paths).configuration(context: context)
  }

  func problem(_ body: () throws -> ClusterConfiguration) -> String {
    #expect(throws: ConfigurationError.self) { _ = try body() }?.description ?? ""
  }

  func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
}
