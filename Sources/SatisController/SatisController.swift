import ControllerRuntime
public import KubernetesClient
public import Logging
import SatisAPI
public import ServiceLifecycle

/// The controller: four informers feed one work queue whose keys are repositories.
///
/// Every event on a repository, a build, a Job or a pod leads to the key of its repository, and the queue never
/// works on one key twice at once. Order and the one writer per output are therefore local decisions.
public struct SatisController: Service, CustomStringConvertible {
  /// What can be set from outside.
  public struct Configuration: Sendable {
    /// The namespace to serve; nil for all.
    public var namespace: String?
    /// The Satis image of repositories that name none.
    public var defaultImage: String
    /// Repositories worked on at once.
    public var concurrency: Int

    /// Creates a configuration.
    public init(namespace: String?, defaultImage: String, concurrency: Int = 16) {
      self.namespace = namespace
      self.defaultImage = defaultImage
      self.concurrency = concurrency
    }
  }

  private let repositories: Informer<SatisRepository>
  private let builds: Informer<SatisBuild>
  private let jobs: Informer<Job>
  private let pods: Informer<Pod>
  private let queue: WorkQueue<NamespacedName>
  private let reconciler: RepositoryReconciler
  private let logger: Logger

  /// Creates a controller that is idle until it is run.
  ///
  /// - Parameter now: the wall clock, for the times in statuses.
  public init(
    client: KubernetesClient, configuration: Configuration, logger: Logger,
    now: @escaping @Sendable () -> Timestamp
  ) {
    self.logger = logger
    let namespace = configuration.namespace
    repositories = Informer(client: client, namespace: namespace, logger: logger) { [$0.key] }
    builds = Informer(client: client, namespace: namespace, logger: logger) { build in
      [NamespacedName(namespace: build.key.namespace, name: build.spec.repositoryRef.name)]
    }
    jobs = Informer(
      client: client, namespace: namespace, labelSelector: ResourceNames.buildSelector, logger: logger
    ) { Self.repositoryKeys(of: $0.metadata) }
    pods = Informer(
      client: client, namespace: namespace, labelSelector: ResourceNames.buildSelector, logger: logger
    ) { Self.repositoryKeys(of: $0.metadata) }
    queue = WorkQueue(maximumConcurrency: configuration.concurrency)
    reconciler = RepositoryReconciler(
      client: client,
      caches: .init(
        repositories: repositories.cache, builds: builds.cache, jobs: jobs.cache, pods: pods.cache),
      defaultImage: configuration.defaultImage,
      now: now,
      logger: logger)
  }

  /// Why the controller cannot work yet; nil when every cache is filled.
  public var notReady: String? {
    let missing = [
      (repositories.cache.isSynced, "satisrepositories"), (builds.cache.isSynced, "satisbuilds"),
      (jobs.cache.isSynced, "jobs"), (pods.cache.isSynced, "pods"),
    ].filter { !$0.0 }.map(\.1)
    return missing.isEmpty ? nil : "not listed yet: \(missing.joined(separator: ", "))"
  }

  /// Runs until graceful shutdown, which lets the decisions that are being carried out finish, or until
  /// cancellation, which does not.
  public func run() async {
    await withGracefulShutdownHandler {
      await withDiscardingTaskGroup { group in
        group.addTask { await repositories.run(changed) }
        group.addTask { await builds.run(changed) }
        group.addTask { await jobs.run(changed) }
        group.addTask { await pods.run(changed) }
        await queue.run(reconciler.reconcile)
        group.cancelAll()
      }
    } onGracefulShutdown: {
      queue.close()
    }
    logger.info("the controller has stopped")
  }

  private func changed(_ keys: Set<NamespacedName>) {
    queue.add(keys)
    // A decision needs all four views: the absence of a Job means nothing before Jobs are listed.
    if notReady == nil { queue.resume() }
  }

  /// For the log; what it holds is nobody's business.
  public var description: String { "controller" }

  private static func repositoryKeys(of metadata: ObjectMetadata) -> [NamespacedName] {
    guard
      let owner = metadata.ownerReferences?.first(where: { $0.kind == SatisRepository.resourceType.kind })?
        .name
        ?? metadata.labels?[ResourceNames.repositoryLabel]
    else { return [] }
    return [NamespacedName(namespace: metadata.namespace ?? "", name: owner)]
  }
}
