import ControllerRuntime
import KubernetesClient
import Logging
import SatisAPI
import Synchronization
import Testing

@testable import SatisController

@Suite(.timeLimit(.minutes(1))) struct RefusedBuildTests {
  private static let key = NamespacedName(namespace: "shop", name: "acme")
  private static let other = NamespacedName(namespace: "shop", name: "other")

  /// A cluster that takes no build, and in which somebody else wants a slot meanwhile.
  private struct Cluster: EmptyCluster {
    let meanwhile: @Sendable () -> Void

    func create(_ build: SatisBuild) async throws(KubernetesError) {
      meanwhile()
      throw KubernetesError(
        request: "create SatisBuild",
        cause: .status(.init(code: 403, reason: "Forbidden", message: "exceeded quota: builds")))
    }
  }

  /// The reconciler, which its own cluster has to know.
  private final class Reconciling: Sendable {
    let reconciler = Mutex<RepositoryReconciler<Cluster>?>(nil)
    let answers = Mutex<[Situation.SlotAnswer]>([])
    let woken = Mutex<[NamespacedName]>([])
  }

  @Test func `whoever has a slot keeps it when a build is refused that nobody has asked for`() async {
    let state = Reconciling()
    let build = SatisBuild(
      metadata: ObjectMetadata(name: "acme-full", namespace: "shop"),
      spec: .init(repositoryRef: .init(name: "acme")))
    let caches = Caches()
    _ = caches.repositories.take(
      .replaced(
        [
          SatisRepository(
            metadata: ObjectMetadata(name: "acme", namespace: "shop"),
            spec: .init(config: .init(inline: Scene.satisJSON), output: .init(claimName: "output")))
        ], unreadable: []))
    let reconciler = RepositoryReconciler(
      access: Cluster {
        let waits = state.reconciler.withLock { $0?.slots.withLock { $0.request(Self.other) } }
        #expect(waits == .full(limit: 1))
      },
      caches: caches, maximumJobs: 1, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      now: { Timestamp(seconds: 1_700_000_000) },
      decide: { situation in
        guard let slot = situation.live.slot else { return .look([.slot]) }
        state.answers.withLock { $0.append(slot) }
        return .act(situation.live.buildRefusal == nil ? [.createBuild(build)] : [], again: nil)
      },
      wake: { keys in state.woken.withLock { $0 += keys } })
    state.reconciler.withLock { $0 = reconciler }

    #expect(await reconciler.reconcile(Self.key) == .settled)
    #expect(state.answers.withLock { $0 } == [.granted, .granted])
    #expect(state.woken.withLock { $0 } == [Self.other])
  }
}
