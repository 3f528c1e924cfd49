import ControllerRuntime
import Hummingbird
import KubernetesClient
import Logging

/// The paths of the service and what stands between HTTP and a `DeliveryHandler`.
struct Routes: Sendable {
  let handler: DeliveryHandler
  let load: ServingLoad
  let metrics: WebhookMetrics
  let logger: Logger
  let now: @Sendable () -> Timestamp

  var router: Router<BasicRequestContext> {
    let router = Router()
    router.add(middleware: UnknownRoutes(metrics: metrics, logger: logger))
    // Ready even when the API server is away: a refusal with Retry-After tells a host more than no connection.
    HealthServer.addRoutes(to: router)
    for path in [":namespace", ":namespace/:repository", ":namespace/:repository/:host"] as [RouterPath] {
      router.post(path) { request, context in
        let address = Address(
          namespace: try context.parameters.require("namespace"),
          repository: context.parameters.get("repository"))
        return try await receive(request, to: address, from: context.parameters.get("host"))
      }
    }
    return router
  }

  /// - Parameter provider: the host that the path names; nil when the headers tell.
  private func receive(
    _ request: Request, to address: Address, from provider: String?
  ) async throws -> Answer {
    let startTime = ContinuousClock.now
    let headers = Headers(request.headers.map { (name: $0.name.canonicalName, value: $0.value) })
    guard let host = provider.map({ GitHosts.named($0) }) ?? GitHosts.sender(of: headers) else {
      throw HTTPError(.notFound)
    }
    let answer = await answer(request, headers, from: host, to: address)
    metrics.answered(answer, to: host, after: ContinuousClock.now - startTime)
    log(answer, host: host, delivery: host.deliveryID(in: headers), address: address)
    return answer
  }

  /// Answers a call as far as there is room for it.
  private func answer(
    _ request: Request, _ headers: Headers, from host: any GitHost, to address: Address
  ) async -> Answer {
    do throws(Refusal) {
      try load.checkRoom()
      return try await load.withBody(of: request, upTo: host.maximumBodyBytes) { body throws(Refusal) in
        try await load.work {
          let delivery = Delivery(headers: headers, body: body, time: now())
          return await handler.answer(delivery, from: host, to: address)
        }
      }
    } catch {
      return .refused(error)
    }
  }

  /// Notes what was answered before any of the routes: nothing of the call is known but where it came from.
  @Sendable func refused(_ refusal: Refusal, from address: String?) {
    metrics.refused(refusal)
    logger.warning(
      "call refused",
      metadata: [
        "host": "none", "from": "\(address ?? "unknown")", "error": "\(refusal.code)",
        "reason": "\(refusal.reason)",
      ])
  }

  /// What a sender chooses is made printable, so that it cannot forge lines.
  private func log(_ answer: Answer, host: any GitHost, delivery: String?, address: Address) {
    var metadata: Logger.Metadata = [
      "host": "\(host.provider)", "delivery": "\(delivery?.printable(limit: 256) ?? "none")",
      "repository": "\(address.description.printable(limit: 512) ?? "none")",
    ]
    switch answer {
    case .created(let builds):
      metadata["build"] = "\(names(builds))"
      logger.info("build created", metadata: metadata)
    case .duplicate(let builds):
      metadata["build"] = "\(names(builds))"
      logger.info("call repeated", metadata: metadata)
    case .pong: logger.info("ping answered", metadata: metadata)
    case .ignored(let reason):
      metadata["reason"] = "\(reason)"
      logger.info("call ignored", metadata: metadata)
    case .refused(let refusal):
      metadata["error"] = "\(refusal.code)"
      metadata["reason"] = "\(refusal.reason)"
      // That the API server is away is ours to mend, and not the sender's.
      let level: Logger.Level = if case .unavailable = refusal { .error } else { .warning }
      logger.log(level: level, "call refused", metadata: metadata)
    }
  }

  private func names(_ builds: [NamespacedName]) -> String {
    builds.map(\.name).joined(separator: ", ")
  }
}

/// Gives answers of this service where the router would give empty ones: an unknown path, a wrong method.
private struct UnknownRoutes: RouterMiddleware {
  let metrics: WebhookMetrics
  let logger: Logger

  func handle(
    _ request: Request, context: BasicRequestContext,
    next: @concurrent (Request, BasicRequestContext) async throws -> Response
  ) async throws -> Response {
    do {
      return try await next(request, context)
    } catch let error as HTTPError where error.status == .notFound {
      let refusal = Self.refusal(path: request.uri.path)
      metrics.refused(refusal)
      logger.info(
        "call refused",
        metadata: [
          "path": "\(request.uri.path.printable(limit: 256) ?? "")", "error": "\(refusal.code)",
          "reason": "\(refusal.reason)",
        ])
      return try Answer.refused(refusal).response(from: request, context: context)
    }
  }

  private static func refusal(path: String) -> Refusal {
    switch path.split(separator: "/") {
    case ["healthz"], ["readyz"]: .methodNotAllowed(allowed: "GET")
    case let parts where parts.count == 1 || parts.count == 2: .methodNotAllowed(allowed: "POST")
    case let parts where parts.count == 3 && GitHosts.named(parts[2]) != nil:
      .methodNotAllowed(allowed: "POST")
    default: .unknownPath
    }
  }
}
