public import Hummingbird
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

  /// A service that answers `POST /{namespace}/{repository}`, and `/healthz` and `/readyz` for probes.
  public static func application(
    store: some BuildStore, configuration: Configuration, logger: Logger
  ) -> Application<RouterResponder<BasicRequestContext>> {
    let handler = DeliveryHandler(
      store: store, namespace: configuration.namespace, timeLimit: configuration.timeLimit)
    return Application(
      router: Routes(handler: handler, logger: logger).router,
      // Hosts call once in a while; a connection that says nothing for so long has no more to say.
      server: .http1(configuration: .init(idleTimeout: .seconds(30))),
      configuration: .init(address: .hostname("0.0.0.0", port: configuration.port), serverName: nil),
      logger: logger)
  }
}
