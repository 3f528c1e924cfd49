public import ControllerRuntime
public import Hummingbird
public import KubernetesClient
public import Logging

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

    /// Creates a configuration.
    public init(namespace: String?, port: Int = 8080, timeLimit: Duration = .seconds(8)) {
      self.namespace = namespace
      self.port = port
      self.timeLimit = timeLimit
    }
  }

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
    let handler = DeliveryHandler(
      store: store, namespace: configuration.namespace, timeLimit: configuration.timeLimit)
    return Application(
      router: Routes(
        handler: handler, metrics: WebhookMetrics(factory: metrics), logger: logger, now: now
      ).router,
      // Hosts call once in a while; a connection that says nothing for so long has no more to say.
      server: .http1(configuration: .init(idleTimeout: .seconds(30))),
      configuration: .init(address: .hostname("0.0.0.0", port: configuration.port), serverName: nil),
      logger: logger)
  }
}
