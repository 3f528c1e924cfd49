import KubernetesClient
import SatisAPI
import Synchronization

/// A store for one call: it reads a repository and, at the same time, the secrets that the repository named the last time.
///
/// Whoever asks for those secrets then finds them read, or nearly so; other ones are read when they are asked for. Where
/// nothing is known it reads the decoy, so that a repository that does not exist is not told by the time that it takes:
/// only the first call to one that does, since the start or since its secrets have changed, takes a round more.
final class ReadAhead: BuildStore {
  private typealias Reading = Task<Result<Secret, KubernetesError>, Never>

  private let store: any BuildStore
  private let known: SecretNames
  private let readings = Mutex<[NamespacedName: Reading]>([:])

  init(_ store: any BuildStore, known: SecretNames) {
    self.store = store
    self.known = known
  }

  /// Ends what nobody has asked for.
  func end() {
    for reading in readings.withLock({ $0 }).values { reading.cancel() }
  }

  func repository(_ key: NamespacedName) async throws(KubernetesError) -> SatisRepository {
    for name in known[key] ?? [Admission.decoy] {
      begin(NamespacedName(namespace: key.namespace, name: name))
    }
    do throws(KubernetesError) {
      let repository = try await store.repository(key)
      known.note(repository.spec.webhook?.secretRefs?.map(\.name) ?? [], for: key)
      return repository
    } catch {
      if error.isNotFound { known.note([], for: key) }
      throw error
    }
  }

  func secret(_ key: NamespacedName) async throws(KubernetesError) -> Secret {
    guard let reading = readings.withLock({ $0[key] }) else { return try await store.secret(key) }
    let result = await withTaskCancellationHandler {
      await reading.value
    } onCancel: {
      reading.cancel()
    }
    return try result.get()
  }

  /// A task of its own, which `end` ends with the call.
  private func begin(_ key: NamespacedName) {
    let reading = Reading { [store] in
      do throws(KubernetesError) {
        return .success(try await store.secret(key))
      } catch {
        return .failure(error)
      }
    }
    let earlier = readings.withLock { $0.updateValue(reading, forKey: key) }
    earlier?.cancel()
  }

  func repositories(in namespace: String) async throws(KubernetesError) -> ObjectList<SatisRepository> {
    try await store.repositories(in: namespace)
  }

  func configMap(_ key: NamespacedName) async throws(KubernetesError) -> ConfigMap {
    try await store.configMap(key)
  }

  func build(_ key: NamespacedName) async throws(KubernetesError) -> SatisBuild {
    try await store.build(key)
  }

  func create(_ build: SatisBuild) async throws(KubernetesError) {
    try await store.create(build)
  }
}

/// Which Secrets repositories have named: names only, never what is in them.
///
/// It holds what exists and nothing else, so that nobody can push it aside by asking for names at random.
final class SecretNames: Sendable {
  private static let limit = 10_000

  private let names = Mutex<[NamespacedName: Set<String>]>([:])

  /// What a repository named when it was last read; nil when that is nothing, or not known.
  subscript(key: NamespacedName) -> Set<String>? {
    names.withLock { $0[key] }
  }

  /// Notes what a repository names; nothing where there is none.
  func note(_ named: [String], for key: NamespacedName) {
    names.withLock { names in
      guard !named.isEmpty else {
        names[key] = nil
        return
      }
      // Any other one makes room: it costs its next call one more round.
      if names.count >= Self.limit, names[key] == nil { names.remove(at: names.startIndex) }
      names[key] = Set(named)
    }
  }
}
