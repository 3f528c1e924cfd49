import KubernetesClient
import SatisAPI

/// A store that asks again where the API server is away for a moment, until its task is cancelled.
///
/// Every request may be repeated: a build that an unanswered request has stored shows as `isAlreadyExists`.
struct PatientStore: BuildStore {
  private static let firstDelay: Duration = .milliseconds(50)
  private static let longestDelay: Duration = .seconds(1)

  private let store: any BuildStore
  /// Whether what is read, and not only what is stored, is asked for again.
  private let readsPatiently: Bool
  private let sleep: @Sendable (Duration) async throws -> Void

  init(
    _ store: any BuildStore, readsPatiently: Bool = true,
    sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
  ) {
    self.store = store
    self.readsPatiently = readsPatiently
    self.sleep = sleep
  }

  /// Where the server's memory gives no answer, a live look has to.
  var recent: any BuildStore { Self(store.recent, readsPatiently: false, sleep: sleep) }

  func repository(_ key: NamespacedName) async throws(KubernetesError) -> SatisRepository {
    try await read { () throws(KubernetesError) in try await store.repository(key) }
  }

  func secret(_ key: NamespacedName) async throws(KubernetesError) -> Secret {
    try await read { () throws(KubernetesError) in try await store.secret(key) }
  }

  func repositories(in namespace: String) async throws(KubernetesError) -> ObjectList<SatisRepository> {
    try await read { () throws(KubernetesError) in try await store.repositories(in: namespace) }
  }

  func configMap(_ key: NamespacedName) async throws(KubernetesError) -> ConfigMap {
    try await read { () throws(KubernetesError) in try await store.configMap(key) }
  }

  func build(_ key: NamespacedName) async throws(KubernetesError) -> SatisBuild {
    try await patiently { () throws(KubernetesError) in try await store.build(key) }
  }

  func create(_ build: SatisBuild) async throws(KubernetesError) {
    try await patiently { () throws(KubernetesError) in try await store.create(build) }
  }

  private func read<Answer>(
    _ ask: () async throws(KubernetesError) -> Answer
  ) async throws(KubernetesError) -> Answer {
    readsPatiently ? try await patiently(ask) : try await ask()
  }

  private func patiently<Answer>(
    _ ask: () async throws(KubernetesError) -> Answer
  ) async throws(KubernetesError) -> Answer {
    var delay = Self.firstDelay
    var last: KubernetesError?
    while true {
      let problem: KubernetesError
      do throws(KubernetesError) {
        return try await ask()
      } catch {
        // That nobody waits any more is no reason; what the server said before is one.
        problem = error.isCancelled ? last ?? error : error
        guard error.mayPass else { throw problem }
      }
      last = problem
      do {
        // Not all calls that wait shall come back together.
        try await sleep(max(delay * Double.random(in: 0.5...1), problem.retryAfter ?? .zero))
      } catch {
        throw problem
      }
      delay = min(delay * 2, Self.longestDelay)
    }
  }
}

extension KubernetesError {
  /// Whether the same request may succeed a moment later.
  fileprivate var mayPass: Bool {
    switch cause {
    case .transport: !isCancelled
    case .status(let status): status.code == 429 || (500..<600).contains(status.code)
    case .unreadable, .configuration, .cancelled: false
    }
  }
}
