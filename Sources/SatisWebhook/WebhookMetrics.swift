import ControllerRuntime
import Metrics

/// How calls were answered, and how fast.
///
/// Labels are words of this program only: what a sender writes makes no label set.
struct WebhookMetrics: Sendable {
  static let descriptions: [MetricDescription] = [
    .histogram(
      "satis_webhook_request_duration_seconds",
      "How long a git host waited for the answer to its call, in seconds.",
      labels: ["host"], buckets: MetricDescription.requestBuckets),
    .counter(
      "satis_webhook_requests_total",
      "Calls by the kind of git host and by the answer: created, duplicate, pong, ignored, or the error of a refusal. "
        + "The host is none where there is no such path.",
      labels: ["host", "result"]),
    .gauge(
      "satis_webhook_requests_in_flight",
      "Calls that are at the API server at this moment; see --max-requests."),
    .gauge("satis_webhook_connections", "Connections that are open; see --max-connections."),
    .counter(
      "satis_webhook_pressure_total",
      "Times that something was turned away because of a limit: requests and body_bytes are answered 503, of "
        + "connections one is closed.", labels: ["limit"]),
  ]

  /// The limits that many calls can reach together.
  enum Limit: String, CaseIterable {
    case requests
    case bodyBytes = "body_bytes"
    case connections
  }

  /// Everything that `Answer.result` can be for a call of a host.
  static let results =
    ["created", "duplicate", "pong", "ignored"]
    + [
      "unauthorized", "malformed", "too_large", "unavailable", "overloaded", "timeout",
      "bad_http",
    ]
  /// The same where the path leads nowhere, or the header says nothing.
  static let resultsWithoutHost = [
    "method_not_allowed", "not_found", "header_too_large", "timeout", "bad_http",
  ]

  private static let noHost = "none"
  private let factory: any MetricsFactory

  /// Creates all of them at zero.
  init(factory: any MetricsFactory) {
    self.factory = factory
    for host in GitHosts.providers {
      for result in Self.results { requests(host, result).increment(by: 0) }
      _ = duration(host)
    }
    for result in Self.resultsWithoutHost { requests(Self.noHost, result).increment(by: 0) }
    for limit in Limit.allCases { pressure(limit).increment(by: 0) }
    inFlight(changesBy: 0)
    connections(changeBy: 0)
  }

  /// A call of a host was answered.
  func answered(_ answer: Answer, to host: any GitHost, after duration: Duration) {
    requests(host.provider, answer.result).increment()
    self.duration(host.provider).record(duration: duration)
  }

  /// A call led nowhere.
  func refused(_ refusal: Refusal) {
    requests(Self.noHost, refusal.code).increment()
  }

  /// Something was turned away because of a limit.
  func pressed(_ limit: Limit) {
    pressure(limit).increment()
  }

  /// More calls, or fewer, are at the API server.
  func inFlight(changesBy difference: Int) {
    Meter(label: "satis_webhook_requests_in_flight", factory: factory).increment(by: Double(difference))
  }

  /// More connections, or fewer, are open.
  func connections(changeBy difference: Int) {
    Meter(label: "satis_webhook_connections", factory: factory).increment(by: Double(difference))
  }

  private func pressure(_ limit: Limit) -> Counter {
    Counter(
      label: "satis_webhook_pressure_total", dimensions: [("limit", limit.rawValue)], factory: factory)
  }

  private func requests(_ host: String, _ result: String) -> Counter {
    Counter(
      label: "satis_webhook_requests_total", dimensions: [("host", host), ("result", result)],
      factory: factory)
  }

  private func duration(_ host: String) -> Metrics.Timer {
    Timer(
      label: "satis_webhook_request_duration_seconds", dimensions: [("host", host)], factory: factory)
  }
}
