import ArgumentParser
import FoundationEssentials
import KubernetesClient
import SatisAPI
import SatisPlugin

/// Answers a shell that asks what may stand where the cursor is.
enum CompletionAnswer {
  /// The answer to the words up to the cursor.
  ///
  /// Whatever goes wrong, a shell is told that there is nothing to offer: it could show no message.
  static func text(_ words: [String]) async -> String {
    guard let outline = try? CommandOutline(parsing: KubectlSatis._dumpHelp()) else { return ":4" }
    let completion = Completion(words, in: outline)
    guard case .name(let name) = completion.wanted else { return completion.answer() }
    return completion.answer(names: (try? await names(name, given: completion.given)) ?? [])
  }

  private static func names(_ name: String, given: [String: String]) async throws -> [String] {
    let (context, kubeconfig) = (given["--context"], given["--kubeconfig"])
    if name == "context" {
      return try ClusterConfiguration.contexts(
        kubeconfig: kubeconfig, environment: ProcessInfo.processInfo.environment)
    }
    let repository = given["--repository"]
    return try await PluginCluster.open(
      namespace: given["--namespace"], context: context, kubeconfig: kubeconfig
    ) { cluster in
      switch name {
      case "repository": try await cluster.repositories().map(\.metadata.name).sorted()
      case "build": try await cluster.builds(of: repository).newestFirst.map(\.metadata.name)
      case "source": try await sources(of: try await cluster.repository(repository), in: cluster)
      case "namespace":
        try await cluster.client.listAll(Namespace.self, in: nil).items.map(\.metadata.name).sorted()
      default: []
      }
    }
  }

  /// What satis.json calls its packages, and the URLs of those that have no name there.
  private static func sources(
    of repository: SatisRepository, in cluster: PluginCluster
  ) async throws -> [String] {
    let configuration = try await ConfigurationLoader(reader: cluster.client).load(repository).get()
    return configuration.repositories.compactMap { $0.name ?? $0.url }.sorted()
  }
}

/// A namespace, of which only the name counts here.
private struct Namespace: KubernetesObject {
  static let resourceType = ResourceType(group: "", version: "v1", kind: "Namespace", plural: "namespaces")
  static let isMetadataOnly = true
  var metadata: ObjectMetadata
}
