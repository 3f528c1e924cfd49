public import KubernetesClient
public import Metrics

/// What a client of the API server does: its requests under client-go's names, and its watches.
public struct ClientMetrics: Sendable {
  /// The metrics of every client.
  public static let descriptions: [MetricDescription] = [
    .counter(
      "reflector_lists_total", "Whole lists that a watch began or began again with.", labels: ["name"]),
    .counter(
      "reflector_watch_events_total", "Events of watches, by what they tell.", labels: ["name", "type"]),
    .counter(
      "reflector_watch_failures_total",
      "Lists and watches that were interrupted: the version had expired, or the request failed.",
      labels: ["name", "reason"]),
    .counter("reflector_watches_total", "Watches that were begun.", labels: ["name"]),
    .histogram(
      "rest_client_request_duration_seconds",
      "How long the API server took to answer, in seconds; of a watch, until its first line.",
      labels: ["verb", "host"], buckets: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60]),
    .counter(
      "rest_client_requests_total",
      "Requests to the API server; the code is <error> when there was no answer.",
      labels: ["code", "method", "host"]),
  ]

  /// HTTP methods and the code that each has when all is well.
  private static let methods = [("GET", 200), ("POST", 201), ("PATCH", 200), ("DELETE", 200)]

  private let host: String
  private let factory: any MetricsFactory

  /// Creates the metrics of a client, those at zero that will be needed.
  ///
  /// - Parameters:
  ///   - server: the URL of the API server.
  ///   - factory: as a rule a `MetricsRegistry`.
  public init(server: String, factory: any MetricsFactory) {
    let scheme = server.firstRange(of: "://")?.upperBound ?? server.startIndex
    let authority = server[scheme...].prefix { $0 != "/" }
    // A password may stand before the host.
    host = String(
      authority[(authority.lastIndex(of: "@").map(authority.index(after:)) ?? authority.startIndex)...])
    self.factory = factory
    for (method, code) in Self.methods {
      requests(method, code).increment(by: 0)
      _ = duration(method)
    }
  }

  /// Takes in what the client tells.
  public func observe(_ observation: ClientObservation) {
    switch observation {
    case .request(let request):
      requests(request.method, request.code).increment()
      duration(request.method).record(duration: request.duration)
    case .watch(let resource, let incident):
      observe(incident, of: resource)
    }
  }

  private func observe(_ incident: ClientObservation.Incident, of resource: String) {
    switch incident {
    case .created:
      for name in ["reflector_lists_total", "reflector_watches_total"] { count(name, resource, by: 0) }
      for event in ClientObservation.EventKind.allCases { count(event, resource, by: 0) }
      for isExpired in [true, false] { count(isExpired: isExpired, resource, by: 0) }
    case .listed: count("reflector_lists_total", resource)
    case .began: count("reflector_watches_total", resource)
    case .event(let kind): count(kind, resource)
    case .failed(let isExpired): count(isExpired: isExpired, resource)
    }
  }

  private func requests(_ method: String, _ code: Int?) -> Counter {
    // client-go's word.
    let code = code.map(String.init) ?? "<error>"
    return Counter(
      label: "rest_client_requests_total", dimensions: [("code", code), ("method", method), ("host", host)],
      factory: factory)
  }

  private func duration(_ method: String) -> Metrics.Timer {
    Timer(
      label: "rest_client_request_duration_seconds", dimensions: [("verb", method), ("host", host)],
      factory: factory)
  }

  private func count(_ name: String, _ resource: String, _ more: [(String, String)] = [], by amount: Int = 1)
  {
    Counter(label: name, dimensions: [("name", resource)] + more, factory: factory).increment(by: amount)
  }

  private func count(_ kind: ClientObservation.EventKind, _ resource: String, by amount: Int = 1) {
    count("reflector_watch_events_total", resource, [("type", kind.rawValue)], by: amount)
  }

  private func count(isExpired: Bool, _ resource: String, by amount: Int = 1) {
    let reason = isExpired ? "expired" : "error"
    count("reflector_watch_failures_total", resource, [("reason", reason)], by: amount)
  }
}
