import ControllerRuntime
import Metrics

/// Posts of notifications, by the receiver's kind and by how they ended.
struct NotificationMetrics: Sendable {
  static let descriptions: [MetricDescription] = [
    .counter(
      "satis_notifications_total",
      "Posts of notifications, by the receiver's type and by how they ended: delivered, failed (and repeated), gave_up.",
      labels: ["type", "result"])
  ]

  /// How a post ended.
  enum Result: String, Hashable, CaseIterable {
    case delivered
    /// It will be repeated.
    case failed
    case gaveUp = "gave_up"
  }

  private let counters: [String: Counter]

  /// Creates all counters at zero, so that a rate can be taken from the first post on.
  init(factory: any MetricsFactory) {
    var counters: [String: Counter] = [:]
    for kind in NotificationReceiver.Kind.allCases {
      for result in Result.allCases {
        let counter = Counter(
          label: "satis_notifications_total",
          dimensions: [("type", kind.rawValue), ("result", result.rawValue)],
          factory: factory)
        counter.increment(by: 0)
        counters[Self.key(kind, result)] = counter
      }
    }
    self.counters = counters
  }

  func count(_ kind: NotificationReceiver.Kind, _ result: Result) {
    counters[Self.key(kind, result)]?.increment()
  }

  private static func key(_ kind: NotificationReceiver.Kind, _ result: Result) -> String {
    "\(kind.rawValue) \(result.rawValue)"
  }
}
