public import Hummingbird
public import Logging

/// Answers `/healthz` (the process lives) and `/readyz` (it can do its work) for probes.
public enum HealthServer {
  /// Adds the two routes to a router.
  ///
  /// - Parameter notReady: nil when ready, else why not, in a sentence.
  public static func addRoutes(
    to router: Router<some RequestContext>, notReady: @escaping @Sendable () -> String?
  ) {
    router.get("healthz") { _, _ in "ok\n" }
    router.get("readyz") { _, _ in
      guard let reason = notReady() else {
        return EditedResponse(status: .ok, response: "ok\n")
      }
      return EditedResponse(status: .serviceUnavailable, response: "\(reason)\n")
    }
  }

  /// A service that serves the two routes alone, and `/metrics` where there are any, on all addresses.
  public static func service(
    port: Int, metrics: MetricsRegistry? = nil, logger: Logger, notReady: @escaping @Sendable () -> String?
  ) -> Application<RouterResponder<BasicRequestContext>> {
    let router = Router()
    addRoutes(to: router, notReady: notReady)
    metrics?.addRoute(to: router)
    return Application(
      router: router,
      configuration: .init(address: .hostname("0.0.0.0", port: port), serverName: nil),
      logger: logger)
  }
}
