import ControllerRuntime
import KubernetesClient
import Logging
import SatisAPI
import Synchronization
import Testing

@testable import SatisController

@Suite struct SecretsOfReceivers {
  /// What a reconcile did.
  private final class Record: Sendable {
    private struct State {
      var read: [KeyReference] = []
      var deleted: [String] = []
      var notes: [String] = []
    }

    private let state = Mutex(State())

    var read: [KeyReference] { state.withLock { $0.read } }
    var deleted: [String] { state.withLock { $0.deleted } }
    var notes: [String] { state.withLock { $0.notes } }

    func read(_ reference: KeyReference) { state.withLock { $0.read.append(reference) } }
    func delete(_ name: String) { state.withLock { $0.deleted.append(name) } }
    func announce(_ note: String) { state.withLock { $0.notes.append(note) } }
  }

  /// A cluster that does not give out Secrets, and takes note of what is deleted.
  private struct Cluster: EmptyCluster {
    /// Nil where there is no such Secret.
    let refusal: KubernetesError?
    let record: Record

    func secret(_ reference: KeyReference, in namespace: String) async throws(KubernetesError) -> [UInt8]? {
      record.read(reference)
      if let refusal { throw refusal }
      return nil
    }

    func deleteBuild(_ key: NamespacedName, uid: String) async throws(KubernetesError) {
      record.delete(key.name)
    }
  }

  /// Tells somebody of builds and deletes an old one, where the server has this to say of the receiver's Secret, or has
  /// none.
  private func reconcile(
    _ status: KubernetesError.Status?, builds: Int = 1
  ) async -> (WorkOutcome, Record) {
    let record = Record()
    let receiver = NotificationTarget(
      name: "notifications[0]",
      target: .init(type: .webhook, urlSecretRef: .init(name: "hooks", key: "url")))
    let ended = (0..<builds).map { number -> Action in
      let build = SatisBuild(
        metadata: ObjectMetadata(name: "acme-\(number + 7)", namespace: "shop"),
        spec: .init(repositoryRef: .init(name: "acme")))
      return .notify(build, .example(uid: "uid-\(number + 7)"), [receiver])
    }
    let actions =
      ended + [.deleteBuild(NamespacedName(namespace: "shop", name: "acme-1"), uid: "uid-1")]
    let reconciler = RepositoryReconciler(
      access: Cluster(
        refusal: status.map { KubernetesError(request: "get secret shop/hooks", cause: .status($0)) },
        record: record),
      caches: Caches(), maximumJobs: nil, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      now: { Timestamp(seconds: 1_700_000_000) },
      decide: { _ in .act(actions, again: nil) },
      announce: { record.announce($0.note) },
      wake: { _ in })
    let outcome = await reconciler.reconcile(NamespacedName(namespace: "shop", name: "acme"))
    return (outcome, record)
  }

  @Test func `one that may not be read is said, and keeps nothing else from being done`() async {
    let (outcome, record) = await reconcile(
      .init(code: 403, reason: "Forbidden", message: #"User "ops" cannot get resource "secrets""#))
    #expect(outcome == .settled)
    #expect(record.deleted == ["acme-1"])
    #expect(record.notes.count == 1)
    let note = record.notes.first ?? ""
    #expect(note.hasPrefix("notifications[0] of the SatisRepository is not told: "))
    #expect(note.contains("cannot get resource"))
  }

  @Test(arguments: [nil, KubernetesError.Status(code: 403, reason: "Forbidden")])
  func `one that is missing is looked for once, however many builds have ended`(
    _ status: KubernetesError.Status?
  ) async {
    let (outcome, record) = await reconcile(status, builds: 3)
    #expect(outcome == .settled)
    #expect(record.read.map(\.name) == ["hooks"])
    #expect(record.notes.count == 3)
  }

  @Test func `a server that gives no answer is asked again`() async {
    let (outcome, record) = await reconcile(.init(code: 500, reason: "InternalError"))
    #expect(outcome == .failed)
    #expect(record.deleted.isEmpty)
    #expect(record.notes.isEmpty)
  }
}
