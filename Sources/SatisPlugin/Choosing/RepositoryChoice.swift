import KubernetesClient
public import SatisAPI

/// Which SatisRepository a command is about, where nobody names one.
public enum RepositoryChoice {
  /// The only repository of a namespace.
  ///
  /// - Throws: `PluginFailure` that lists them where there are several.
  public static func only(
    of repositories: [SatisRepository], in namespace: String
  ) throws(PluginFailure) -> SatisRepository {
    guard let first = repositories.first else {
      throw PluginFailure(
        .noAnswer,
        "there is no SatisRepository in the namespace '\(namespace)'; name another one with --namespace")
    }
    guard repositories.count == 1 else {
      let names = repositories.map(\.metadata.name).sorted().joined(separator: ", ")
      throw PluginFailure(
        .usage,
        "the namespace '\(namespace)' has several SatisRepositories; name one with --repository: \(names)")
    }
    return first
  }
}
