import ControllerRuntime
import KubernetesClient
import SatisAPI

/// What waits and runs at this moment, as the caches show it.
enum QueueMetrics {
  static let descriptions: [MetricDescription] = [
    .gauge(
      "satis_builds", "Builds that have not ended, by state: Queued, Running, Retrying.", labels: ["state"]),
    .gauge("satis_job_slots", "Jobs that may run at once over all repositories; +Inf for any number."),
    .gauge("satis_jobs_running", "Repositories whose Job runs, or is about to."),
  ]

  static let states: [SatisBuild.Reason] = [.queued, .running, .retrying]

  /// Looks at the caches at each scrape.
  ///
  /// - Parameter maximumJobs: nil for any number.
  static func follow(_ caches: Caches, maximumJobs: Int?, in registry: MetricsRegistry) {
    registry.set("satis_job_slots", to: maximumJobs.map(Double.init) ?? .infinity)
    registry.onScrape { registry in
      // A build that nobody has looked at yet waits as well.
      let builds = caches.builds.tally { build in build.isFinished ? nil : build.reason ?? .queued }
      for state in states {
        registry.set("satis_builds", [("state", state.rawValue)], to: Double(builds[state] ?? 0))
      }
      let jobs = caches.repositories.tally { $0.status?.activeJob == nil ? nil : true }
      registry.set("satis_jobs_running", to: Double(jobs[true] ?? 0))
    }
  }
}
