import KubernetesClient
import SatisAPI
import Synchronization
import TestSupport

/// What the server tells of the builds of a namespace while it is watched.
final class BuildHistory: Sendable {
  private struct State {
    var builds: [String: SatisBuild] = [:]
    var changedEnds: [String] = []
  }

  private let state = Mutex(State())
  private let changes = AsyncStream<Void>.makeStream()

  /// One element for each status that was written; for one reader at a time.
  var statusChanges: AsyncStream<Void> { changes.stream }

  /// The builds by name, as they were last.
  var builds: [String: SatisBuild] { state.withLock { $0.builds } }

  /// Builds that had ended and then ended in another way, or not at all.
  var changedEnds: [String] { state.withLock { $0.changedEnds } }

  /// Watches while the body runs.
  func during(_ site: Site, _ body: @escaping @Sendable () async throws -> Void) async throws {
    let watcher = Watcher<SatisBuild>(
      client: site.server.client, namespace: site.namespace, logger: .quiet)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        await watcher.run { update in
          switch update {
          case .replaced(let builds, _): builds.forEach(self.note)
          case .applied(let build): self.note(build)
          case .deleted, .unreadable: break
          }
        }
      }
      try await body()
      group.cancelAll()
    }
  }

  private func note(_ build: SatisBuild) {
    let name = build.metadata.name
    state.withLock { state in
      if let before = state.builds[name], before.status?.isFinished == true,
        before.condition?.reason != build.condition?.reason
      {
        state.changedEnds.append(
          "\(name): \(before.condition?.reason ?? "") and then \(build.condition?.reason ?? "nothing")")
      }
      state.builds[name] = build
    }
    if build.status != nil { changes.continuation.yield() }
  }
}
