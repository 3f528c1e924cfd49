import ControllerRuntime
import KubernetesClient
import Metrics
import SatisAPI

/// How builds end, and how long they waited and ran.
struct BuildMetrics: Sendable {
  static let descriptions: [MetricDescription] = [
    .histogram(
      "satis_build_queue_seconds",
      "How long a build waited from its creation to its first Job, in seconds, whole ones.",
      labels: ["operation"], buckets: [1, 2, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 14_400]),
    .histogram(
      "satis_build_run_seconds",
      "How long Jobs worked for a build that has ended, all attempts together, in seconds, whole ones.",
      labels: ["operation"], buckets: [1, 2, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 14_400]),
    .counter(
      "satis_builds_total",
      "Builds that have ended, by what was asked (Build, Purge, Rollback), the reason of the condition, and what asked "
        + "(Webhook, Schedule, Configuration, Manual).",
      labels: ["operation", "result", "trigger"]),
  ]

  /// What a build can end with.
  static let results: [SatisBuild.Reason] = SatisBuild.Reason.allCases.filter { $0.status != .unknown }

  private let factory: any MetricsFactory

  /// Creates all of them at zero, so that a rate can be taken from the first build on.
  init(factory: any MetricsFactory) {
    self.factory = factory
    for operation in SatisBuild.Operation.allCases {
      _ = timer("satis_build_queue_seconds", operation)
      _ = timer("satis_build_run_seconds", operation)
      for result in Self.results {
        for trigger in SatisBuild.Trigger.Kind.allCases {
          ended(operation, result, trigger).increment(by: 0)
        }
      }
    }
  }

  /// Takes in a status that the server has accepted.
  ///
  /// A status is written against the version it was decided on, so of several controllers one writes an end, and an
  /// end is counted once: where the answer is lost, when the build is seen with it. (Two controllers that lead at once can
  /// both count it, where one has written what the other got no answer to.)
  func wrote(_ build: SatisBuild, _ status: SatisBuild.Status) {
    let operation = build.spec.operation ?? .build
    if let start = status.startTime, build.status?.startTime == nil,
      let asked = build.metadata.creationTimestamp ?? status.queuedTime
    {
      record(max(0, start - asked), timer("satis_build_queue_seconds", operation))
    }
    guard build.status?.isFinished != true, status.isFinished,
      let reason = status.conditions?[ConditionType.succeeded].flatMap({
        SatisBuild.Reason(rawValue: $0.reason)
      })
    else { return }
    // Who creates a build by hand as a rule does not say so.
    ended(operation, reason, build.spec.trigger?.type ?? .manual).increment()
    let attempts = (status.attempts ?? []).compactMap { attempt in
      attempt.completionTime.map { max(0, $0 - attempt.startTime) }
    }
    if !attempts.isEmpty { record(attempts.reduce(0, +), timer("satis_build_run_seconds", operation)) }
  }

  private func record(_ seconds: Int64, _ timer: Metrics.Timer) {
    timer.record(duration: .seconds(seconds))
  }

  private func timer(_ name: String, _ operation: SatisBuild.Operation) -> Metrics.Timer {
    Timer(label: name, dimensions: [("operation", operation.rawValue)], factory: factory)
  }

  private func ended(
    _ operation: SatisBuild.Operation, _ result: SatisBuild.Reason, _ trigger: SatisBuild.Trigger.Kind
  ) -> Counter {
    Counter(
      label: "satis_builds_total",
      dimensions: [
        ("operation", operation.rawValue), ("result", result.rawValue), ("trigger", trigger.rawValue),
      ], factory: factory)
  }
}
