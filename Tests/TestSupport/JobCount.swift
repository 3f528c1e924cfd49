import KubernetesClient
import Synchronization

/// Counts the Jobs that ever existed in a namespace, from the server's watch events.
public final class JobCount: Sendable {
  private let server: TestServer
  private let namespace: String
  private let uids = Mutex<[String: String]>([:])

  /// Counts in a namespace.
  public init(server: TestServer, namespace: String) {
    self.server = server
    self.namespace = namespace
  }

  /// Counts while the body runs and returns the names of the Jobs by uid.
  ///
  /// A Job made at the end of the body is seen as well: the count ends only when a marker made after it has
  /// been seen.
  public func during(_ body: @escaping @Sendable () async throws -> Void) async throws -> [String: String] {
    let synced = AsyncStream<Void>.makeStream()
    let marked = AsyncStream<Void>.makeStream()
    let watcher = Watcher<Job>(client: server.client, namespace: namespace, logger: .quiet)
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        await watcher.run { update in
          switch update {
          case .replaced(let jobs, _):
            jobs.forEach(self.count)
            synced.continuation.yield()
          case .applied(let job) where job.metadata.name == Self.marker: marked.continuation.yield()
          case .applied(let job), .deleted(let job): self.count(job)
          case .unreadable: break
          }
        }
      }
      for await _ in synced.stream { break }
      try await body()
      try await mark()
      for await _ in marked.stream { break }
      group.cancelAll()
      return uids.withLock { $0 }
    }
  }

  private static let marker = "marker"

  private func count(_ job: Job) {
    guard let uid = job.metadata.uid, job.metadata.name != Self.marker else { return }
    uids.withLock { $0[uid] = job.metadata.name }
  }

  private func mark() async throws {
    _ = try await server.client.createReturningMetadata(
      Job.self,
      manifest: [
        "apiVersion": "batch/v1", "kind": "Job", "metadata": ["name": .string(Self.marker)],
        "spec": [
          // Where there is somebody who would make its pod, it gets none.
          "parallelism": 0,
          "template": [
            "spec": ["restartPolicy": "Never", "containers": [["name": "none", "image": "none"]]]
          ],
        ],
      ],
      key: NamespacedName(namespace: namespace, name: Self.marker))
  }
}
