import KubernetesClient
import SatisAPI
import Synchronization
import Testing

@testable import SatisWebhook

@Suite struct PatientStoreTests {
  /// A store whose requests fail in turn with what is prepared, and then succeed.
  private final class Moody: BuildStore {
    private let faults: Mutex<[KubernetesError.Cause]>
    private let count = Mutex(0)
    private let stored: Mutex<Set<NamespacedName>> = Mutex([])

    init(_ faults: [KubernetesError.Cause]) {
      self.faults = Mutex(faults)
    }

    var requests: Int { count.withLock { $0 } }

    private func next() throws(KubernetesError) {
      count.withLock { $0 += 1 }
      let cause = faults.withLock { $0.isEmpty ? nil : $0.removeFirst() }
      if let cause { throw KubernetesError(request: "ask", cause: cause) }
    }

    func repository(_ key: NamespacedName) async throws(KubernetesError) -> SatisRepository {
      try next()
      return Fixture.repository(secrets: nil)
    }

    func secret(_ key: NamespacedName) async throws(KubernetesError) -> Secret {
      try next()
      return Secret(metadata: ObjectMetadata(name: key.name, namespace: key.namespace), data: [:])
    }

    func repositories(in namespace: String) async throws(KubernetesError) -> ObjectList<SatisRepository> {
      try next()
      return ObjectList(items: [])
    }

    func configMap(_ key: NamespacedName) async throws(KubernetesError) -> ConfigMap {
      try next()
      return ConfigMap(metadata: ObjectMetadata(name: key.name, namespace: key.namespace), data: [:])
    }

    func build(_ key: NamespacedName) async throws(KubernetesError) -> SatisBuild {
      try next()
      return SatisBuild(
        metadata: ObjectMetadata(name: key.name, namespace: key.namespace),
        spec: .init(repositoryRef: .init(name: "packages")))
    }

    /// Stores first and answers then, as a server whose answer is lost.
    func create(_ build: SatisBuild) async throws(KubernetesError) {
      let isNew = stored.withLock { $0.insert(build.key).inserted }
      try next()
      guard isNew else {
        throw KubernetesError(request: "create", cause: .status(.init(code: 409, reason: "AlreadyExists")))
      }
    }
  }

  private let key = NamespacedName(namespace: "satis", name: "packages")
  private let build = SatisBuild(
    metadata: ObjectMetadata(name: "b", namespace: "satis"),
    spec: .init(repositoryRef: .init(name: "packages")))

  @Test func `what a busy server refused is asked again`() async throws {
    let store = Moody([.status(.init(code: 500)), .status(.init(code: 503)), .status(.init(code: 429))])
    _ = try await PatientStore(store, sleep: { _ in }).repository(key)
    #expect(store.requests == 4)
  }

  @Test(arguments: [401, 403, 404, 409, 410, 422])
  func `what the server has decided is not asked again`(code: Int) async throws {
    let store = Moody([.status(.init(code: code))])
    await #expect(throws: KubernetesError.self) {
      try await PatientStore(store, sleep: { _ in }).secret(key)
    }
    #expect(store.requests == 1)
  }

  @Test func `the delays grow up to a second, and further where the server says so`() async throws {
    let delays = Mutex<[Duration]>([])
    let store = Moody(Array(repeating: .status(.init(code: 500)), count: 12))
    _ = try await PatientStore(store, sleep: { delay in delays.withLock { $0.append(delay) } }).repository(
      key)
    let all = delays.withLock { $0 }
    #expect(all.count == 12)
    #expect(all.first.map { $0 <= .milliseconds(50) } == true)
    #expect(all.allSatisfy { $0 > .zero && $0 <= .seconds(1) })
    #expect(all.last.map { $0 >= .milliseconds(500) } == true)
  }

  @Test func `when the time is up, the last failure is told and not that nobody waits`() async throws {
    let store = Moody([.status(.init(code: 503, reason: "ServiceUnavailable"))])
    let error = await #expect(throws: KubernetesError.self) {
      try await PatientStore(store, sleep: { _ in throw CancellationError() }).repository(key)
    }
    #expect(error?.status?.reason == "ServiceUnavailable")
  }

  @Test func `a build that was stored although its answer was lost is there already`() async throws {
    let store = Moody([.status(.init(code: 504))])
    let error = await #expect(throws: KubernetesError.self) {
      try await PatientStore(store, sleep: { _ in }).create(build)
    }
    #expect(error?.isAlreadyExists == true)
    #expect(store.requests == 2)
  }
}
