public import ControllerRuntime
public import Hummingbird
public import KubernetesClient
public import Logging
public import ServiceLifecycle

/// Takes the calls of git hosts and makes a SatisBuild of each push; it decides nothing else about builds.
public enum WebhookService {
  /// What can be set from outside.
  public struct Configuration: Sendable {
    /// The namespace whose repositories are served; nil for all.
    public var namespace: String?
    /// The port to listen on, on all addresses.
    public var port: Int
    /// For all requests to the API server that one call needs: git hosts give up after 10 seconds.
    public var timeLimit: Duration
    /// How much is given to callers.
    public var limits: ServingLimits

    /// Creates a configuration.
    public init(
      namespace: String?, port: Int = 8080, timeLimit: Duration = .seconds(8),
      limits: ServingLimits = ServingLimits()
    ) {
      self.namespace = namespace
      self.port = port
      self.timeLimit = timeLimit
      self.limits = limits
    }
  }

  /// The kinds of git hosts, as builds and log lines name them.
  public static var hosts: [String] { GitHosts.providers }

  /// What the service measures.
  public static var metricDescriptions: [MetricDescription] { WebhookMetrics.descriptions }

  /// A service that answers `POST /{namespace}/{repository}` and `POST /{namespace}`, and `/healthz` and `/readyz` for
  /// probes.
  ///
  /// - Parameters:
  ///   - metrics: takes what is measured, and describes it with `metricDescriptions`. The service does not show it:
  ///     anybody may call it.
  ///   - now: the time, by which a signed call is old.
  public static func application(
    store: some BuildStore, configuration: Configuration,
    metrics: MetricsRegistry = MetricsRegistry(metricDescriptions), logger: Logger,
    now: @escaping @Sendable () -> Timestamp
  ) -> Application<RouterResponder<BasicRequestContext>> {
    application(store: store, configuration: configuration, metrics: metrics, logger: logger, now: now) {
      try await Task.sleep(for: $0)
    }
  }

  /// - Parameter sleep: how a request waits before it is sent again, where the API server is away.
  static func application(
    store: some BuildStore, configuration: Configuration, metrics: MetricsRegistry, logger: Logger,
    now: @escaping @Sendable () -> Timestamp, sleep: @escaping @Sendable (Duration) async throws -> Void
  ) -> Application<RouterResponder<BasicRequestContext>> {
    let handler = DeliveryHandler(
      store: PatientStore(SharingStore(store), sleep: sleep), namespace: configuration.namespace,
      timeLimit: configuration.timeLimit,
      warn: { logger.warning("a repository gets no builds", metadata: ["problem": "\($0)"]) })
    let limits = configuration.limits
    let measured = WebhookMetrics(factory: metrics)
    let routes = Routes(
      handler: handler, load: ServingLoad(limits: limits, metrics: measured), metrics: measured,
      logger: logger,
      now: now)
    let connections = Connections(limit: limits.connections) { event in
      switch event {
      case .opened: measured.connections(changeBy: 1)
      case .closed: measured.connections(changeBy: -1)
      case .pressed: measured.pressed(.connections)
      }
    }
    return Application(
      router: routes.router,
      server: .http1(
        configuration: .init(
          additionalChannelHandlers: [
            ConnectionGuard(limits: limits, connections: connections, report: routes.refused)
          ],
          httpDecoderConfiguration: .init(
            maxHeaderFieldSize: limits.headerBytes, maxHeaderListSize: limits.headerBytes,
            maxHeaderFieldCount: ServingLimits.headerFields))),
      // Whoever does not fit in here tries again a second later only.
      configuration: .init(
        address: .hostname(AllAddresses.host, port: configuration.port), serverName: nil, backlog: 1_024),
      logger: logger)
  }

  /// Keeps the connection to the API server open while nobody calls, so that no push waits for a new one.
  ///
  /// - Parameter namespace: one that is asked for a repository; that it may not be read is an answer as well.
  public static func warmth(store: some BuildStore, namespace: String, logger: Logger) -> some Service {
    WarmConnection(store: store, namespace: namespace, logger: logger)
  }
}
