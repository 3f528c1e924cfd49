import ControllerRuntime
import KubernetesClient
import SatisAPI
import Synchronization
import TestSupport
import Testing

@testable import SatisController

/// What a controller does that may not lead, or not any more.
@Suite(.timeLimit(.minutes(1))) struct WritePermissionTests {
  private final class Permission: Sendable {
    let isGiven = Mutex(false)
  }

  @Test func `a process that may not lead any more writes nothing, whatever it has decided`() async throws {
    let server = try TestServer()
    try await server.withNamespace { namespace in
      let repository = try await server.createRepository("acme", in: namespace)
      let build = try await server.createBuild("b1", of: "acme", in: namespace)
      let caches = Caches()
      _ = caches.repositories.take(.replaced([repository], unreadable: []))
      _ = caches.builds.take(.replaced([build], unreadable: []))
      _ = caches.jobs.take(.replaced([], unreadable: []))
      _ = caches.pods.take(.replaced([], unreadable: []))
      let permission = Permission()
      let reconciler = RepositoryReconciler(
        access: KubernetesAccess(
          client: server.client, defaultImage: "satis:test", configMaps: Cache { [$0.key] }), caches: caches,
        maximumJobs: nil, logger: .quiet, now: wallClock,
        mayWrite: { permission.isGiven.withLock { $0 } }, wake: { _ in })

      #expect(await reconciler.reconcile(repository.key) == .failed)
      let untouched = try await server.client.get(SatisRepository.self, repository.key)
      #expect(untouched.metadata.resourceVersion == repository.metadata.resourceVersion)
      #expect(try await server.client.get(SatisBuild.self, build.key).status == nil)

      permission.isGiven.withLock { $0 = true }
      #expect(await reconciler.reconcile(repository.key) != .failed)
      let written = try await server.client.get(SatisRepository.self, repository.key)
      #expect(written.metadata.resourceVersion != repository.metadata.resourceVersion)
    }
  }

  @Test func `a controller that waits for the lead keeps its caches in step and begins when it leads`()
    async throws
  {
    let server = try TestServer()
    try await server.withNamespace { namespace in
      let controller = try SatisController(
        client: server.client,
        configuration: .init(namespace: namespace, defaultImage: "satis:test", waitsForLeadership: true),
        events: server.events(), logger: .quiet, now: wallClock)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await controller.run() }
        try await server.createRepository("acme", in: namespace)
        try await server.createBuild("b1", of: "acme", in: namespace)
        while controller.readiness.contains(where: { $0.look() != .good() }) { await Task.yield() }
        #expect(
          try await server.client.get(
            SatisBuild.self, NamespacedName(namespace: namespace, name: "b1")
          ).status == nil)
        controller.lead(until: .now + .seconds(3_600))
        try await server.wait(for: SatisBuild.self, "b1", in: namespace) {
          $0.condition?.reason == "Running"
        }
        group.cancelAll()
      }
    }
  }
}
