public import KubernetesClient
public import SatisAPI

/// All that the webhook service does with the API server: it reads who may call and what satis.json lists, and stores an
/// object for each source that was pushed.
///
/// Everything is read live but for what `recent` says. Cancelling the task ends a request.
public protocol BuildStore: ConfigurationReader {
  /// The same store, whose single repositories, Secrets and ConfigMaps may be a little older where that spares the server
  /// work; the store itself where it spares nothing.
  var recent: any BuildStore { get }
  /// Reads a repository.
  func repository(_ key: NamespacedName) async throws(KubernetesError) -> SatisRepository
  /// Reads all repositories of a namespace, and names those that this program does not understand.
  func repositories(in namespace: String) async throws(KubernetesError) -> ObjectList<SatisRepository>
  /// Reads a build.
  func build(_ key: NamespacedName) async throws(KubernetesError) -> SatisBuild
  /// Stores a build; one of this name that is there already shows as `isAlreadyExists`.
  func create(_ build: SatisBuild) async throws(KubernetesError)
}

extension BuildStore {
  /// The store itself: nothing is spared.
  public var recent: any BuildStore { self }
}

/// The API server itself.
public struct ClusterBuildStore: BuildStore {
  private let client: KubernetesClient
  /// The version that what is read must have reached; nil for the most recent one.
  private let version: String?

  /// Uses a client, with its credentials.
  public init(client: KubernetesClient) {
    self.init(client, version: nil)
  }

  private init(_ client: KubernetesClient, version: String?) {
    self.client = client
    self.version = version
  }

  /// What the API server has in its memory: what it has heard from its storage so far.
  ///
  /// That is some milliseconds old, and more where the server is in trouble or one of several (Kubernetes' API concepts,
  /// "Resource versions", on version 0).
  public var recent: any BuildStore { Self(client, version: "0") }

  /// `get satisrepositories`.
  public func repository(_ key: NamespacedName) async throws(KubernetesError) -> SatisRepository {
    try await client.get(SatisRepository.self, key, notOlderThan: version)
  }

  /// `list satisrepositories`.
  public func repositories(in namespace: String) async throws(KubernetesError) -> ObjectList<SatisRepository>
  {
    try await client.listAll(SatisRepository.self, in: namespace)
  }

  /// `get configmaps`.
  public func configMap(_ key: NamespacedName) async throws(KubernetesError) -> ConfigMap {
    try await client.get(ConfigMap.self, key, notOlderThan: version)
  }

  /// `get secrets`.
  public func secret(_ key: NamespacedName) async throws(KubernetesError) -> Secret {
    try await client.get(Secret.self, key, notOlderThan: version)
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
