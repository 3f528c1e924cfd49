import KubernetesClient
import SatisAPI

/// A store that reads an object once for all calls that want it at the same time; its recent store, once for all that want
/// it within a tenth of a second.
///
/// In a storm of pushes nearly all calls want the same repository and the same Secrets.
struct SharingStore: BuildStore {
  typealias Instant = ContinuousClock.Instant

  /// How long ago an object of the recent store was asked for at most.
  private static let lifetime: Duration = .milliseconds(100)

  private let store: any BuildStore
  private let repositories: SharedReads<SatisRepository>
  private let secrets: SharedReads<Secret>
  private let configMaps: SharedReads<ConfigMap>
  private let namespaces: SharedReads<ObjectList<SatisRepository>>
  private let now: @Sendable () -> Instant

  /// - Parameter now: the time by which what the recent store has read is old.
  init(_ store: any BuildStore, now: @escaping @Sendable () -> Instant = { .now }) {
    self.init(store, lifetime: .zero, now: now)
  }

  private init(_ store: any BuildStore, lifetime: Duration, now: @escaping @Sendable () -> Instant) {
    self.store = store
    self.now = now
    repositories = SharedReads(lifetime: lifetime, now: now) { key throws(KubernetesError) in
      try await store.repository(key)
    }
    secrets = SharedReads(lifetime: lifetime, now: now) { key throws(KubernetesError) in
      try await store.secret(key)
    }
    configMaps = SharedReads(lifetime: lifetime, now: now) { key throws(KubernetesError) in
      try await store.configMap(key)
    }
    // Whom a list leaves out, nobody would look for.
    namespaces = SharedReads(now: now) { key throws(KubernetesError) in
      try await store.repositories(in: key.namespace)
    }
  }

  var recent: any BuildStore { Self(store.recent, lifetime: Self.lifetime, now: now) }

  func repository(_ key: NamespacedName) async throws(KubernetesError) -> SatisRepository {
    try await repositories.read(key)
  }

  func secret(_ key: NamespacedName) async throws(KubernetesError) -> Secret {
    try await secrets.read(key)
  }

  func configMap(_ key: NamespacedName) async throws(KubernetesError) -> ConfigMap {
    try await configMaps.read(key)
  }

  func repositories(in namespace: String) async throws(KubernetesError) -> ObjectList<SatisRepository> {
    try await namespaces.read(NamespacedName(namespace: namespace, name: ""))
  }

  func build(_ key: NamespacedName) async throws(KubernetesError) -> SatisBuild {
    try await store.build(key)
  }

  func create(_ build: SatisBuild) async throws(KubernetesError) {
    try await store.create(build)
  }
}
