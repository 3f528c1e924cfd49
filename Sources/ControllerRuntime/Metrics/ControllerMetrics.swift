import Metrics

/// What client-go and controller-runtime tell of a controller and its work queue, under their names and with their
/// buckets, so that dashboards made for them fit.
public struct ControllerMetrics: Sendable {
  private static let queueLabels = ["name", "controller"]
  /// 10 ns to 1,000 s (client-go).
  private static let queueBuckets = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1, 10, 100, 1_000]
  /// 5 ms to a minute (controller-runtime).
  private static let reconcileBuckets =
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25]
    + [1.5, 1.75, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60]

  /// The metrics of every controller.
  public static let descriptions: [MetricDescription] = [
    .gauge(
      "controller_runtime_active_workers", "Objects that are reconciled at this moment.",
      labels: ["controller"]),
    .gauge(
      "controller_runtime_max_concurrent_reconciles", "Objects that may be reconciled at once.",
      labels: ["controller"]),
    .counter(
      "controller_runtime_reconcile_errors_total",
      "Reconciles that failed and are repeated after a growing delay.",
      labels: ["controller"]),
    .histogram(
      "controller_runtime_reconcile_time_seconds", "How long a reconcile took, in seconds.",
      labels: ["controller"], buckets: reconcileBuckets),
    .counter(
      "controller_runtime_reconcile_total",
      "Reconciles by result: success, requeue_after (look again later), error.",
      labels: ["controller", "result"]),
    .counter("workqueue_adds_total", "Keys added to the queue.", labels: queueLabels),
    .gauge("workqueue_depth", "Keys in the queue that wait for a worker.", labels: queueLabels),
    .gauge(
      "workqueue_longest_running_processor_seconds",
      "How long the slowest worker has been at its key, in seconds.",
      labels: queueLabels),
    .histogram(
      "workqueue_queue_duration_seconds", "How long a key waited for a worker, in seconds.",
      labels: queueLabels, buckets: queueBuckets),
    .counter(
      "workqueue_retries_total", "Keys that were put back to be worked on later.", labels: queueLabels),
    .gauge(
      "workqueue_unfinished_work_seconds",
      "How long all present workers together have been at their keys, in seconds; it grows when one is stuck.",
      labels: queueLabels),
    .histogram(
      "workqueue_work_duration_seconds", "How long a worker was at a key, in seconds.",
      labels: queueLabels, buckets: queueBuckets),
  ]

  private let controller: String
  private let registry: MetricsRegistry
  private let queueTime: Metrics.Timer
  private let workTime: Metrics.Timer
  private let reconcileTime: Metrics.Timer
  private let errors: Counter
  private let results: [String: Counter]

  /// Creates the metrics of a controller, all at zero.
  ///
  /// - Parameter maximumConcurrency: keys worked on at once.
  public init(controller: String, maximumConcurrency: Int, registry: MetricsRegistry) {
    self.controller = controller
    self.registry = registry
    let own = [("controller", controller)]
    let queue = [("name", controller), ("controller", controller)]
    queueTime = Timer(label: "workqueue_queue_duration_seconds", dimensions: queue, factory: registry)
    workTime = Timer(label: "workqueue_work_duration_seconds", dimensions: queue, factory: registry)
    reconcileTime = Timer(
      label: "controller_runtime_reconcile_time_seconds", dimensions: own, factory: registry)
    errors = Counter(label: "controller_runtime_reconcile_errors_total", dimensions: own, factory: registry)
    let results = ["success", "requeue_after", "error"].map { result in
      let dimensions = own + [("result", result)]
      return (
        result,
        Counter(label: "controller_runtime_reconcile_total", dimensions: dimensions, factory: registry)
      )
    }
    self.results = Dictionary(uniqueKeysWithValues: results)
    registry.set(
      "controller_runtime_max_concurrent_reconciles", own, to: Double(maximumConcurrency))
  }

  /// Takes in what the queue tells.
  public func observe(_ event: WorkQueueEvent) {
    switch event {
    case .began(let waited):
      queueTime.record(duration: waited)
    case .ended(let worked, let outcome):
      workTime.record(duration: worked)
      reconcileTime.record(duration: worked)
      results[Self.word(outcome)]?.increment()
      if outcome == .failed { errors.increment() }
    }
  }

  /// Looks at the queue at each scrape.
  public func follow<Key>(_ queue: WorkQueue<Key>) {
    let own = [("controller", controller)]
    let dimensions = [("name", controller), ("controller", controller)]
    registry.onScrape { registry in
      let statistics = queue.statistics
      registry.set("workqueue_adds_total", dimensions, to: Double(statistics.adds))
      registry.set("workqueue_depth", dimensions, to: Double(statistics.depth))
      registry.set("workqueue_retries_total", dimensions, to: Double(statistics.retries))
      registry.set(
        "workqueue_unfinished_work_seconds", dimensions,
        to: statistics.unfinished.reduce(.zero, +) / .seconds(1))
      registry.set(
        "workqueue_longest_running_processor_seconds", dimensions,
        to: (statistics.unfinished.max() ?? .zero) / .seconds(1))
      registry.set("controller_runtime_active_workers", own, to: Double(statistics.unfinished.count))
    }
  }

  /// As controller-runtime calls it.
  private static func word(_ outcome: WorkOutcome) -> String {
    switch outcome {
    case .settled: "success"
    case .again: "requeue_after"
    case .failed: "error"
    }
  }
}
