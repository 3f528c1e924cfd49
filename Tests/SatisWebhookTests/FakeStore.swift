import KubernetesClient
import SatisAPI
import SatisWebhook
import Synchronization

/// An API server in memory, which can be told to fail.
final class FakeStore: BuildStore {
  private struct Objects {
    var repositories: [NamespacedName: SatisRepository] = [:]
    var secrets: [NamespacedName: Secret] = [:]
    var configMaps: [NamespacedName: ConfigMap] = [:]
  }

  private struct State {
    var objects = Objects()
    var builds: [NamespacedName: SatisBuild] = [:]
    var unreadable: [UnreadableObject] = []
    /// What the server remembers, where that is not how things are.
    var remembered: Objects?
    var requests: [String] = []
    var faults: [Request: Fault] = [:]
    var secretFaults: [String: Fault] = [:]
    var meeting: Set<Request> = []
    var met: [Request: CheckedContinuation<Void, Never>] = [:]
  }

  /// The requests of the service.
  enum Request {
    case repository
    case repositories
    case secret
    case configMap
    case build
    case create
  }

  enum Fault {
    /// The API server answers with this code and reason.
    case status(Int, String)
    /// The API server takes the request and answers no more.
    case silence
  }

  private let state = Mutex(State())

  var builds: [SatisBuild] { state.withLock { Array($0.builds.values) } }
  /// The requests in the order in which they came.
  var requests: [String] { state.withLock { $0.requests } }

  func add(_ repository: SatisRepository) {
    state.withLock { $0.objects.repositories[repository.key] = repository }
  }

  func add(secret name: String, _ data: [String: String]) {
    let metadata = ObjectMetadata(name: name, namespace: "satis")
    let secret = Secret(metadata: metadata, data: data.mapValues { Base64Data(Array($0.utf8)) })
    state.withLock { $0.objects.secrets[secret.key] = secret }
  }

  func add(configMap name: String, _ data: [String: String]) {
    let map = ConfigMap(metadata: ObjectMetadata(name: name, namespace: "satis"), data: data)
    state.withLock { $0.objects.configMaps[map.key] = map }
  }

  /// Lets lists name a repository that nobody can read.
  func addUnreadable(_ name: String) {
    state.withLock {
      $0.unreadable.append(
        UnreadableObject(
          key: NamespacedName(namespace: "satis", name: name), problem: "spec.state is unknown"))
    }
  }

  /// Lets a build end, or go on, as the controller would.
  ///
  /// - Parameter heir: who stands for it.
  func set(_ reason: SatisBuild.Reason, of name: String, by heir: String? = nil) {
    let time = Timestamp(seconds: 0)
    state.withLock { state in
      let key = NamespacedName(namespace: "satis", name: name)
      var status = SatisBuild.Status()
      status.conditions = [
        Condition(
          type: ConditionType.succeeded, status: reason.status, reason: reason.rawValue, message: "",
          observedGeneration: 1, lastTransitionTime: time)
      ]
      status.supersededBy = heir
      state.builds[key]?.status = status
    }
  }

  func fail(_ request: Request, _ fault: Fault) {
    state.withLock { $0.faults[request] = fault }
  }

  /// Lets only the requests for one Secret fail.
  func fail(secret name: String, _ fault: Fault) {
    state.withLock { $0.secretFaults[name] = fault }
  }

  func remove(_ key: NamespacedName) {
    state.withLock { $0.objects.repositories[key] = nil }
  }

  /// From now on requests of these kinds are answered together only: one of each has to be there.
  func meet(_ requests: Set<Request>) {
    state.withLock { $0.meeting = requests }
  }

  /// From now on the server's memory stays as it is, whatever changes.
  func stopRemembering() {
    state.withLock { $0.remembered = $0.objects }
  }

  /// Its requests are named `recall`.
  var recent: any BuildStore { View(store: self, verb: "recall") { $0.remembered ?? $0.objects } }

  func repository(_ key: NamespacedName) async throws(KubernetesError) -> SatisRepository {
    try await live.repository(key)
  }

  func secret(_ key: NamespacedName) async throws(KubernetesError) -> Secret {
    try await live.secret(key)
  }

  func configMap(_ key: NamespacedName) async throws(KubernetesError) -> ConfigMap {
    try await live.configMap(key)
  }

  private var live: View { View(store: self, verb: "get") { $0.objects } }

  func repositories(in namespace: String) async throws(KubernetesError) -> ObjectList<SatisRepository> {
    try await note(.repositories, "list SatisRepository \(namespace)")
    return state.withLock { state in
      let found = state.objects.repositories.values.filter { $0.key.namespace == namespace }
      return ObjectList(
        items: found.sorted { $0.key.name < $1.key.name }, unreadable: state.unreadable)
    }
  }

  func build(_ key: NamespacedName) async throws(KubernetesError) -> SatisBuild {
    let name = "get SatisBuild \(key)"
    try await note(.build, name)
    return try found(state.withLock { $0.builds[key] }, name)
  }

  func create(_ build: SatisBuild) async throws(KubernetesError) {
    let name = "create SatisBuild \(build.key)"
    try await note(.create, name)
    let isNew = state.withLock { state in
      guard state.builds[build.key] == nil else { return false }
      state.builds[build.key] = build
      return true
    }
    guard isNew else {
      throw KubernetesError(request: name, cause: .status(.init(code: 409, reason: "AlreadyExists")))
    }
  }

  private func found<Object>(_ object: Object?, _ request: String) throws(KubernetesError) -> Object {
    guard let object else {
      throw KubernetesError(request: request, cause: .status(.init(code: 404, reason: "NotFound")))
    }
    return object
  }

  private func note(
    _ request: Request, _ name: String, fault: Fault? = nil
  ) async throws(KubernetesError) {
    let fault = state.withLock { state in
      state.requests.append(name)
      return fault ?? state.faults[request]
    }
    await meet(request)
    switch fault {
    case .status(let code, let reason):
      throw KubernetesError(request: name, cause: .status(.init(code: code, reason: reason)))
    case .silence:
      let (answers, continuation) = AsyncStream.makeStream(of: Never.self)
      // Held open: the stream ends with the task and not before.
      for await _ in answers {}
      continuation.finish()
      throw KubernetesError(request: name, cause: .unreadable("cancelled"))
    case nil: break
    }
  }

  private func meet(_ request: Request) async {
    guard state.withLock({ $0.meeting.contains(request) }) else { return }
    await withCheckedContinuation { continuation in
      let all = state.withLock { state -> [CheckedContinuation<Void, Never>] in
        state.met[request] = continuation
        guard Set(state.met.keys) == state.meeting else { return [] }
        defer { state.met = [:] }
        return Array(state.met.values)
      }
      for waiter in all { waiter.resume() }
    }
  }

  /// The objects as the server has them, in its storage or in its memory.
  private struct View: BuildStore {
    let store: FakeStore
    let verb: String
    let objects: @Sendable (State) -> Objects

    func repository(_ key: NamespacedName) async throws(KubernetesError) -> SatisRepository {
      try await read(.repository, "SatisRepository", key) { $0.repositories[key] }
    }

    func secret(_ key: NamespacedName) async throws(KubernetesError) -> Secret {
      let fault = store.state.withLock { $0.secretFaults[key.name] }
      return try await read(.secret, "Secret", key, fault) { $0.secrets[key] }
    }

    func configMap(_ key: NamespacedName) async throws(KubernetesError) -> ConfigMap {
      try await read(.configMap, "ConfigMap", key) { $0.configMaps[key] }
    }

    private func read<Object: Sendable>(
      _ request: Request, _ kind: String, _ key: NamespacedName, _ fault: Fault? = nil,
      _ find: @Sendable (Objects) -> Object?
    ) async throws(KubernetesError) -> Object {
      let name = "\(verb) \(kind) \(key)"
      try await store.note(request, name, fault: fault)
      return try store.found(store.state.withLock { find(objects($0)) }, name)
    }

    func repositories(in namespace: String) async throws(KubernetesError) -> ObjectList<SatisRepository> {
      try await store.repositories(in: namespace)
    }

    func build(_ key: NamespacedName) async throws(KubernetesError) -> SatisBuild {
      try await store.build(key)
    }

    func create(_ build: SatisBuild) async throws(KubernetesError) {
      try await store.create(build)
    }
  }
}
