public import Hummingbird
public import Logging
import NIOCore

/// Answers `/healthz` (the process lives) and `/readyz` (it can do its work) for probes.
///
/// As in Kubernetes' own components, the answer is `ok`, with what else there is to know; what is wrong is named check
/// by check, and so is everything with `?verbose`.
public enum HealthServer {
  /// Adds the two routes to a router.
  ///
  /// - Parameters:
  ///   - liveness: what only a restart would mend.
  ///   - readiness: what has to be right before the process can do its work.
  public static func addRoutes(
    to router: Router<some RequestContext>, liveness: [HealthCheck] = [], readiness: [HealthCheck] = []
  ) {
    for (name, checks) in [("healthz", liveness), ("readyz", readiness)] {
      router.get(RouterPath(name)) { request, _ in
        let report = HealthReport(name: name, findings: checks.map { ($0.name, $0.look()) })
        let isVerbose = request.uri.queryParameters["verbose"] != nil
        return EditedResponse(
          status: report.isGood ? .ok : .serviceUnavailable, response: report.text(isVerbose: isVerbose))
      }
    }
  }

  /// A service that serves the two routes alone, and `/metrics` where there are any, on all addresses.
  public static func service(
    port: Int, metrics: MetricsRegistry? = nil, logger: Logger, liveness: [HealthCheck] = [],
    readiness: [HealthCheck] = []
  ) -> some ApplicationProtocol {
    let router = Router()
    addRoutes(to: router, liveness: liveness, readiness: readiness)
    metrics?.addRoute(to: router)
    return application(router, port: port, logger: logger)
  }

  /// - Parameter idleTime: longer than kubelets and Prometheus are silent as a rule, which come again if it is not.
  static func application(
    _ router: Router<BasicRequestContext>, port: Int, idleTime: TimeAmount = .seconds(75), logger: Logger
  ) -> QuietApplication {
    QuietApplication(
      responder: router.buildResponder(),
      configuration: .init(address: .hostname(AllAddresses.host, port: port), serverName: nil),
      idleTime: idleTime, logger: logger)
  }
}

/// What the checks of a probe have found.
struct HealthReport {
  let name: String
  let findings: [(check: String, finding: HealthCheck.Finding)]

  var isGood: Bool {
    findings.allSatisfy { if case .good = $0.finding { true } else { false } }
  }

  func text(isVerbose: Bool) -> String {
    guard isGood, !isVerbose else {
      return (findings.map(Self.line) + ["\(name) check \(isGood ? "passed" : "failed")\n"]).joined(
        separator: "\n")
    }
    let notes = findings.compactMap { if case .good(let note?) = $0.finding { note } else { nil } }
    return notes.isEmpty ? "ok\n" : "ok: \(notes.joined(separator: "; "))\n"
  }

  private static func line(_ check: String, _ finding: HealthCheck.Finding) -> String {
    switch finding {
    case .good(nil): "[+]\(check) ok"
    case .good(let note?): "[+]\(check) ok: \(note)"
    case .bad(let problem): "[-]\(check) failed: \(problem)"
    }
  }
}
