import ControllerRuntime
import Hummingbird
import KubernetesClient
import SatisAPI
import Synchronization

@testable import SatisStatusPage

/// A board that a test fills, and a clock that it sets.
struct Sample: Sendable {
  static let start: Int64 = 1_790_000_000
  static let token = "a token of some length"

  final class Surroundings: Sendable {
    let seconds = Mutex(Sample.start)
    let signs = Mutex<[Board.WatchSigns]>([])
  }

  let surroundings = Surroundings()
  let board: Board
  let viewers = Viewers(limit: 2)

  init() {
    let caches = Board.caches()
    board = Board(
      repositories: caches.repositories, builds: caches.builds,
      signs: { [surroundings] in surroundings.signs.withLock { $0 } },
      now: { [surroundings] in Timestamp(seconds: surroundings.seconds.withLock { $0 }) })
  }

  /// What the API server has at first.
  func list(repositories: [ShownRepository] = [], builds: [ShownBuild] = []) {
    _ = board.repositories.take(.replaced(repositories, unreadable: []))
    _ = board.builds.take(.replaced(builds, unreadable: []))
  }

  func pass(seconds: Int64) {
    surroundings.seconds.withLock { $0 += seconds }
  }

  func router(
    access: StatusAccess = .everybody,
    read: @escaping @Sendable (NamespacedName) async throws(KubernetesError) -> SatisBuild = Self.notFound
  ) -> Router<BasicRequestContext> {
    StatusRoutes(
      doorkeeper: Doorkeeper(access: access, now: board.now),
      stream: EventStream(board: board, viewers: viewers) { _ in },
      details: BuildReader(namespace: "satis", read: read)
    ).router
  }

  static let notFound: @Sendable (NamespacedName) async throws(KubernetesError) -> SatisBuild = {
    key throws(KubernetesError) in
    throw KubernetesError(request: "get \(key)", cause: .status(.init(code: 404, reason: "NotFound")))
  }

  static func time(_ offset: Int64) -> Timestamp { Timestamp(seconds: start + offset) }

  static func build(
    _ name: String, source: String? = nil, created: Int64 = 0, reason: SatisBuild.Reason? = nil,
    message: String = "", change: (inout ShownBuild) -> Void = { _ in }
  ) -> ShownBuild {
    var build = ShownBuild(
      metadata: ObjectMetadata(name: name, namespace: "satis"),
      spec: .init(
        repositoryRef: LocalReference(name: "packages"), source: source.map { .init(url: $0) }))
    build.metadata.creationTimestamp = time(created)
    if let reason {
      build.status = .init(conditions: [
        Condition(
          type: ConditionType.succeeded, status: reason.status, reason: reason.rawValue, message: message,
          observedGeneration: 1, lastTransitionTime: time(created))
      ])
    }
    change(&build)
    return build
  }

  static func repository(
    _ name: String, change: (inout ShownRepository) -> Void = { _ in }
  ) -> ShownRepository {
    var repository = ShownRepository(
      metadata: ObjectMetadata(name: name, namespace: "satis"), spec: .init())
    change(&repository)
    return repository
  }
}
