import ArgumentParser
import SatisPlugin

/// Where a command of the plugin works: kubectl's own options.
struct ClusterOptions: ParsableArguments {
  @Option(name: .shortAndLong, help: "The namespace. Default: that of the kubeconfig's context.")
  var namespace: String?

  @Option(help: "The kubeconfig's context. Default: its current one.")
  var context: String?

  @Option(
    help: "A kubeconfig file. Default: KUBECONFIG, ~/.kube/config.", completion: .file())
  var kubeconfig: String?

  /// Finds the cluster and works in it.
  func withCluster<Result>(_ body: (PluginCluster) async throws -> Result) async throws -> Result {
    try await PluginCluster.open(namespace: namespace, context: context, kubeconfig: kubeconfig, body)
  }
}

/// Which repository a command is about.
struct RepositoryOption: ParsableArguments {
  @Option(name: .shortAndLong, help: "The SatisRepository. Default: the only one of the namespace.")
  var repository: String?
}

/// Of which repository builds are looked for, where none is named.
struct RepositoryFilter: ParsableArguments {
  @Option(name: .shortAndLong, help: "Only builds of this SatisRepository. Default: of all in the namespace.")
  var repository: String?
}

/// What is printed.
struct FormatOption: ParsableArguments {
  @Option(name: .shortAndLong, help: "json or yaml, for programs. Default: text for people.")
  var output: OutputFormat?
}
