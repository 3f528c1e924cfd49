public import KubernetesClient
public import Logging

/// A cache and the watch that feeds it.
public struct Informer<Object: KubernetesObject>: Sendable {
  /// What the watch has shown.
  public let cache: Cache<Object>
  private let health = WatchHealth()
  private let watcher: Watcher<Object>
  private let logger: Logger

  /// Creates an informer that feeds a cache with the objects of a namespace, or of all with nil, that carry the
  /// labels.
  public init(
    client: KubernetesClient,
    namespace: String?,
    labelSelector: String? = nil,
    cache: Cache<Object>,
    logger: Logger
  ) {
    self.cache = cache
    watcher = Watcher(
      client: client, namespace: namespace, labelSelector: labelSelector, health: health, logger: logger)
    self.logger = logger
  }

  /// Whether the watch goes on.
  public var liveness: HealthCheck { .watchMoves(health, of: Object.resourceType.plural) }

  /// Whether the cache is filled, and the watch has reached the server lately.
  public var readiness: HealthCheck {
    let fresh = HealthCheck.watchIsFresh(health, of: Object.resourceType.plural)
    return HealthCheck(fresh.name) { [cache] in
      cache.isSynced ? fresh.look() : .bad("has not listed anything yet")
    }
  }

  /// How long ago the cache was last known to be in step with the server.
  public var absence: Duration { health.absence }

  /// Whether the last try to reach the server has failed.
  public var isInterrupted: Bool { health.isInterrupted }

  /// Keeps the cache in step until the task is cancelled, and reports the keys that each change concerns and how
  /// urgent they are.
  public func run(_ changed: @escaping @Sendable (Set<NamespacedName>, WorkPriority) -> Void) async {
    await watcher.run { update in
      reportUnreadable(update)
      changed(cache.take(update), WorkPriority(of: update))
    }
  }

  private func reportUnreadable(_ update: WatchUpdate<Object>) {
    let objects =
      switch update {
      case .replaced(_, let unreadable): unreadable
      case .unreadable(let object): [object]
      case .applied, .deleted: [UnreadableObject]()
      }
    for object in objects {
      logger.error(
        "an object does not fit what this version knows and is passed over",
        metadata: [
          "kind": "\(Object.resourceType.kind)", "object": "\(object.key)", "problem": "\(object.problem)",
        ])
    }
  }
}
