public import ControllerRuntime
public import KubernetesClient
public import Logging
import SatisAPI
public import ServiceLifecycle

/// The controller: informers feed one work queue whose keys are repositories.
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
    /// Jobs at once over all repositories; nil for any number.
    public var maximumJobs: Int?
    /// Whether receivers of notifications may have loopback and link-local addresses.
    public var notifiesLocalAddresses: Bool
    /// Whether nothing is decided before `lead(until:)` allows it.
    public var waitsForLeadership: Bool

    /// Creates a configuration.
    public init(
      namespace: String?, defaultImage: String, concurrency: Int = 64, maximumJobs: Int? = nil,
      notifiesLocalAddresses: Bool = false, waitsForLeadership: Bool = false
    ) {
      self.namespace = namespace
      self.defaultImage = defaultImage
      self.concurrency = concurrency
      self.maximumJobs = maximumJobs
      self.notifiesLocalAddresses = notifiesLocalAddresses
      self.waitsForLeadership = waitsForLeadership
    }
  }

  /// What a controller measures.
  public static var metricDescriptions: [MetricDescription] {
    ControllerMetrics.descriptions + BuildMetrics.descriptions + QueueMetrics.descriptions
      + RepositoryMetrics.descriptions + NotificationMetrics.descriptions
  }

  private let repositories: Informer<SatisRepository>
  private let builds: Informer<SatisBuild>
  private let jobs: Informer<Job>
  private let pods: Informer<Pod>
  private let configurations: Informer<ObjectIdentity<ConfigMap>>
  private let caches: Caches
  private let queue: WorkQueue<NamespacedName>
  private let notifier: Notifier
  private let reports: AsyncStream<NotificationReport>
  private let reconciler: RepositoryReconciler<KubernetesAccess>
  private let logger: Logger

  /// Creates a controller that is idle until it is run.
  ///
  /// - Parameters:
  ///   - events: takes what people are told; whoever creates it runs it.
  ///   - metrics: takes what is measured, and describes it with `metricDescriptions`.
  ///   - now: the wall clock, for the times in statuses.
  /// - Throws: `CurlError` when libcurl cannot be had, by which notifications are posted.
  public init(
    client: KubernetesClient, configuration: Configuration, events: EventRecorder,
    metrics: MetricsRegistry = MetricsRegistry(metricDescriptions), logger: Logger,
    now: @escaping @Sendable () -> Timestamp
  ) throws {
    self.logger = logger
    let namespace = configuration.namespace
    let caches = Caches()
    self.caches = caches
    repositories = Informer(client: client, namespace: namespace, cache: caches.repositories, logger: logger)
    builds = Informer(client: client, namespace: namespace, cache: caches.builds, logger: logger)
    jobs = Informer(
      client: client, namespace: namespace, labelSelector: ResourceNames.buildSelector, cache: caches.jobs,
      logger: logger)
    pods = Informer(
      client: client, namespace: namespace, labelSelector: ResourceNames.buildSelector, cache: caches.pods,
      logger: logger)
    let maps = Cache<ObjectIdentity<ConfigMap>> { [$0.key] }
    configurations = Informer(client: client, namespace: namespace, cache: maps, logger: logger)
    let controllerMetrics = ControllerMetrics(
      controller: "satisrepository", maximumConcurrency: configuration.concurrency, registry: metrics)
    let queue = WorkQueue<NamespacedName>(
      maximumConcurrency: configuration.concurrency, waitsForPermission: configuration.waitsForLeadership,
      observe: controllerMetrics.observe)
    self.queue = queue
    controllerMetrics.follow(queue)
    QueueMetrics.follow(caches, maximumJobs: configuration.maximumJobs, in: metrics)
    RepositoryMetrics.follow(caches, in: metrics)
    let (reports, continuation) = AsyncStream<NotificationReport>.makeStream()
    self.reports = reports
    let notifier = try Notifier(
      configuration: .init(allowsLocalAddresses: configuration.notifiesLocalAddresses), metrics: metrics,
      logger: logger
    ) { continuation.yield($0) }
    self.notifier = notifier
    reconciler = RepositoryReconciler(
      access: KubernetesAccess(
        client: client, defaultImage: configuration.defaultImage, configMaps: maps),
      caches: caches, maximumJobs: configuration.maximumJobs, logger: logger, now: now,
      mayWrite: { queue.isAllowed },
      post: { notifier.enqueue($0, to: $1) },
      announce: { told in
        events.record(
          on: told.object, type: told.kind, reason: told.reason, action: told.action, note: told.note)
      },
      measure: BuildMetrics(factory: metrics).wrote,
      wake: { queue.add($0) })
  }

  /// What only a restart would mend.
  public var liveness: [HealthCheck] {
    [repositories.liveness, builds.liveness, jobs.liveness, pods.liveness, configurations.liveness]
  }

  /// What has to be right before the controller can decide anything, now or as soon as it leads.
  public var readiness: [HealthCheck] {
    [repositories.readiness, builds.readiness, jobs.readiness, pods.readiness, configurations.readiness]
  }

  /// Lets decisions be made until then; each time replaces the one before.
  ///
  /// Until the first time the caches are kept in step and nothing else is done, so that taking over takes no time.
  public func lead(until limit: ContinuousClock.Instant) {
    queue.allow(until: limit)
    beginWhenReady()
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
        group.addTask { await configurations.run(configurationsChanged) }
        group.addTask { await notifier.run() }
        group.addTask { for await report in reports { reconciler.posted(report) } }
        await queue.run(reconciler.reconcile)
        group.cancelAll()
      }
    } onGracefulShutdown: {
      queue.close()
    }
    logger.info("the controller has stopped")
  }

  private func changed(_ keys: Set<NamespacedName>, _ priority: WorkPriority) {
    queue.add(keys.filter(Caches.isRepository), priority)
    beginWhenReady()
  }

  private func beginWhenReady() {
    guard queue.isPaused, queue.isAllowed, caches.areSynced else { return }
    reconciler.adoptRunningJobs()
    queue.resume()
  }

  private func configurationsChanged(_ maps: Set<NamespacedName>, _ priority: WorkPriority) {
    queue.add(maps.flatMap(caches.repositories(configuredBy:)), priority)
  }

  /// For the log; what it holds is nobody's business.
  public var description: String { "controller" }
}
