public import KubernetesClient
public import SatisAPI

/// All that the webhook service does with the API server: it reads who may call and what satis.json lists, and stores an
/// object for each source that was pushed.
///
/// Everything is read live, so that a changed secret counts at once. Cancelling the task ends a request.
public protocol BuildStore: ConfigurationReader {
  /// Reads a repository.
  func repository(_ key: NamespacedName) async throws(KubernetesError) -> SatisRepository
  /// Reads all repositories of a namespace.
  func repositories(in namespace: String) async throws(KubernetesError) -> [SatisRepository]
  /// Reads a build.
  func build(_ key: NamespacedName) async throws(KubernetesError) -> SatisBuild
  /// Stores a build; one of this name that is there already shows as `isAlreadyExists`.
  func create(_ build: SatisBuild) async throws(KubernetesError)
}

/// The API server itself.
public struct ClusterBuildStore: BuildStore {
  private let client: KubernetesClient

  /// Uses a client, with its credentials.
  public init(client: KubernetesClient) {
    self.client = client
  }

  /// `get satisrepositories`.
  public func repository(_ key: NamespacedName) async throws(KubernetesError) -> SatisRepository {
    try await client.get(SatisRepository.self, key)
  }

  /// `list satisrepositories`.
  public func repositories(in namespace: String) async throws(KubernetesError) -> [SatisRepository] {
    try await client.listAll(SatisRepository.self, in: namespace).items
  }

  /// `get configmaps`.
  public func configMap(_ key: NamespacedName) async throws(KubernetesError) -> ConfigMap {
    try await client.configMap(key)
  }

  /// `get secrets`.
  public func secret(_ key: NamespacedName) async throws(KubernetesError) -> Secret {
    try await client.secret(key)
  }

  /// `get satisbuilds`.
  public func build(_ key: NamespacedName) async throws(KubernetesError) -> SatisBuild {
    try await client.get(SatisBuild.self, key)
  }

  /// `create satisbuilds`.
  public func create(_ build: SatisBuild) async throws(KubernetesError) {
    _ = try await client.createReturningMetadata(build)
  }
}
