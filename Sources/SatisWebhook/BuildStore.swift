public import KubernetesClient
public import SatisAPI

/// All that the webhook service does with the API server: it reads who may call, and stores one object a push.
///
/// Cancelling the task ends a request.
public protocol BuildStore: Sendable {
  /// Reads a repository, live.
  func repository(_ key: NamespacedName) async throws(KubernetesError) -> SatisRepository
  /// Reads a Secret, live: a changed secret counts at once.
  func secret(_ key: NamespacedName) async throws(KubernetesError) -> Secret
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

  /// `get secrets`.
  public func secret(_ key: NamespacedName) async throws(KubernetesError) -> Secret {
    try await client.get(Secret.self, key)
  }

  /// `create satisbuilds`.
  public func create(_ build: SatisBuild) async throws(KubernetesError) {
    _ = try await client.createReturningMetadata(build)
  }
}
