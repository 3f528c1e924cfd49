import KubernetesClient
import SatisAPI
import Synchronization

/// A store that reads an object once for all calls that want it at the same time.
///
/// In a storm of pushes nearly all calls want the same repository and the same Secrets.
struct SharingStore: BuildStore {
  private let store: any BuildStore
  private let repositories: SharedReads<SatisRepository>
  private let secrets: SharedReads<Secret>
  private let configMaps: SharedReads<ConfigMap>
  private let namespaces: SharedReads<[SatisRepository]>

  init(_ store: any BuildStore) {
    self.store = store
    repositories = SharedReads { key throws(KubernetesError) in try await store.repository(key) }
    secrets = SharedReads { key throws(KubernetesError) in try await store.secret(key) }
    configMaps = SharedReads { key throws(KubernetesError) in try await store.configMap(key) }
    namespaces = SharedReads { key throws(KubernetesError) in try await store.repositories(in: key.namespace)
    }
  }

  func repository(_ key: NamespacedName) async throws(KubernetesError) -> SatisRepository {
    try await repositories.read(key)
  }

  func secret(_ key: NamespacedName) async throws(KubernetesError) -> Secret {
    try await secrets.read(key)
  }

  func configMap(_ key: NamespacedName) async throws(KubernetesError) -> ConfigMap {
    try await configMaps.read(key)
  }

  func repositories(in namespace: String) async throws(KubernetesError) -> [SatisRepository] {
    try await namespaces.read(NamespacedName(namespace: namespace, name: ""))
  }

  func build(_ key: NamespacedName) async throws(KubernetesError) -> SatisBuild {
    try await store.build(key)
  }

  func create(_ build: SatisBuild) async throws(KubernetesError) {
    try await store.create(build)
  }
}

/// Reads of objects, of each at most one at a time.
///
/// What a call gets was asked for after the call had come: while an object is being read, those who come wait for the
/// next read, which is for all of them. A changed secret counts at once thereby, as if each had read for itself.
final class SharedReads<Object: Sendable>: Sendable {
  private typealias Answer = Result<Object, KubernetesError>
  private typealias Waiters = [Int: CheckedContinuation<Answer, Never>]

  /// Those who want the same object.
  private struct Line {
    var task: Task<Void, Never>?
    var reading: Waiters
    var next: Waiters = [:]
  }

  private struct State {
    var lines: [NamespacedName: Line] = [:]
    var lastTicket = 0
  }

  private let source: @Sendable (NamespacedName) async throws(KubernetesError) -> Object
  private let state = Mutex(State())

  init(_ source: @escaping @Sendable (NamespacedName) async throws(KubernetesError) -> Object) {
    self.source = source
  }

  /// Reads an object, together with others.
  ///
  /// Cancelling the task ends the wait, and the read when nobody else waits for it.
  func read(_ key: NamespacedName) async throws(KubernetesError) -> Object {
    let ticket = state.withLock { state in
      state.lastTicket += 1
      return state.lastTicket
    }
    let answer = await withTaskCancellationHandler {
      await withCheckedContinuation { join(key, ticket, $0) }
    } onCancel: {
      leave(key, ticket)
    }
    return try answer.get()
  }

  /// So many calls wait for an object.
  func waiting(for key: NamespacedName) -> Int {
    state.withLock { $0.lines[key].map { $0.reading.count + $0.next.count } ?? 0 }
  }

  private func join(_ key: NamespacedName, _ ticket: Int, _ waiter: CheckedContinuation<Answer, Never>) {
    let isGone = state.withLock { state in
      // Asked under the lock: whoever is cancelled from here on is found by `leave`.
      guard !Task.isCancelled else { return true }
      if state.lines[key] == nil {
        state.lines[key] = Line(task: start(key), reading: [ticket: waiter])
      } else {
        state.lines[key]?.next[ticket] = waiter
      }
      return false
    }
    if isGone { waiter.resume(returning: .failure(Self.cancelled(key))) }
  }

  private func leave(_ key: NamespacedName, _ ticket: Int) {
    let waiter: CheckedContinuation<Answer, Never>? = state.withLock { state in
      if let waiter = state.lines[key]?.next.removeValue(forKey: ticket) { return waiter }
      let waiter = state.lines[key]?.reading.removeValue(forKey: ticket)
      if state.lines[key]?.reading.isEmpty == true { state.lines[key]?.task?.cancel() }
      return waiter
    }
    waiter?.resume(returning: .failure(Self.cancelled(key)))
  }

  /// A task of its own, since it outlives the call that happens to have come first.
  private func start(_ key: NamespacedName) -> Task<Void, Never> {
    Task {
      let answer: Answer
      do throws(KubernetesError) {
        answer = .success(try await source(key))
      } catch {
        answer = .failure(error)
      }
      finish(key, answer)
    }
  }

  private func finish(_ key: NamespacedName, _ answer: Answer) {
    let waiters = state.withLock { state in
      let line = state.lines.removeValue(forKey: key)
      if let next = line?.next, !next.isEmpty {
        state.lines[key] = Line(task: start(key), reading: next)
      }
      return line?.reading ?? [:]
    }
    for waiter in waiters.values { waiter.resume(returning: answer) }
  }

  private static func cancelled(_ key: NamespacedName) -> KubernetesError {
    KubernetesError(request: "read \(key)", cause: .cancelled)
  }
}
