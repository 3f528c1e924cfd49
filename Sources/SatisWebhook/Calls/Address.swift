import KubernetesClient

/// Where a call goes, by its path.
struct Address: Sendable, Hashable {
  let namespace: String
  /// Nil for all repositories of the namespace: those that list the source and have the secret get a build.
  let repository: String?

  /// In place of a repository's name, which cannot be this: all of them.
  static let all = "-"

  init(namespace: String, repository: String?) {
    self.namespace = namespace
    self.repository = repository == Self.all ? nil : repository
  }
}

extension Address: CustomStringConvertible {
  var description: String {
    repository.map { "\(namespace)/\($0)" } ?? namespace
  }
}
