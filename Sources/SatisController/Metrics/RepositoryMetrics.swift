import ControllerRuntime
import KubernetesClient
import SatisAPI

/// How each repository does at this moment, as the caches show it, so that one that is stuck shows among busy ones.
///
/// A repository's numbers go with it. However many there are, a scrape stays small: what is beyond the limit is counted.
enum RepositoryMetrics {
  private static let labels = ["namespace", "repository"]

  static let descriptions: [MetricDescription] = [
    .gauge("satis_repositories", "Repositories."),
    .gauge(
      "satis_repositories_without_metrics",
      "Repositories that have no satis_repository_… of their own, since there are too many: the youngest ones."
    ),
    .gauge(
      "satis_repository_builds", "Builds that have not ended, by state: Queued, Running, Retrying.",
      labels: ["namespace", "repository", "state"]),
    .gauge(
      "satis_repository_failures_in_a_row",
      "Builds that have ended Failed or TimedOut since one succeeded, as far as spec.history keeps them.",
      labels: labels),
    .gauge(
      "satis_repository_job_start_timestamp_seconds",
      "When the Job that holds the output was started, in seconds since 1970; not there without one.",
      labels: labels),
    .gauge(
      "satis_repository_last_success_timestamp_seconds",
      "When a Job last succeeded, in seconds since 1970; not there before the first time.", labels: labels),
  ]

  /// Repositories that have numbers of their own; each has seven.
  static let limit = 1_000

  /// Looks at the caches at each scrape.
  static func follow(_ caches: Caches, limit: Int = limit, in registry: MetricsRegistry) {
    registry.onScrape { registry in
      let all = caches.repositories.objects
      registry.set("satis_repositories", to: Double(all.count))
      registry.set("satis_repositories_without_metrics", to: Double(max(0, all.count - limit)))
      let shown = all.count > limit ? Array(all.sorted(on: Age.init).prefix(limit)) : all
      show(shown, BuildTallies(caches.builds), in: registry)
    }
  }

  private static func show(
    _ repositories: [SatisRepository], _ tallies: BuildTallies, in registry: MetricsRegistry
  ) {
    registry.replace("satis_repository_builds", with: repositories) { repository in
      let tally = tallies[repository.key]
      return QueueMetrics.states.map {
        (labels(repository) + [("state", $0.rawValue)], Double(tally.open[$0] ?? 0))
      }
    }
    registry.replace("satis_repository_failures_in_a_row", with: repositories) { repository in
      let failures = tallies[repository.key].failures(since: repository.status?.lastSucceededTime)
      return [(labels(repository), Double(failures))]
    }
    registry.replace("satis_repository_job_start_timestamp_seconds", with: repositories) { repository in
      repository.status?.activeJob.map { [(labels(repository), Double($0.startTime.seconds))] } ?? []
    }
    registry.replace("satis_repository_last_success_timestamp_seconds", with: repositories) { repository in
      repository.status?.lastSucceededTime.map { [(labels(repository), Double($0.seconds))] } ?? []
    }
  }

  private static func labels(_ repository: SatisRepository) -> [(String, String)] {
    [("namespace", repository.key.namespace), ("repository", repository.key.name)]
  }

  /// The oldest first, so that the choice does not change when one comes.
  private struct Age: Comparable {
    let created: Int64
    let key: NamespacedName

    init(_ repository: SatisRepository) {
      created = repository.metadata.creationTimestamp?.seconds ?? .max
      key = repository.key
    }

    static func < (left: Self, right: Self) -> Bool {
      (left.created, left.key) < (right.created, right.key)
    }
  }
}

/// The builds of each repository, counted in one pass.
private struct BuildTallies: Sendable {
  struct Tally: Sendable {
    var open: [SatisBuild.Reason: Int] = [:]
    var lastSuccess: Timestamp?
    /// Ends of builds that failed.
    var failures: [Timestamp] = []

    func failures(since success: Timestamp?) -> Int {
      let last = [success, lastSuccess].compactMap(\.self).max()
      return last.map { last in failures.count { $0 > last } } ?? failures.count
    }
  }

  private let tallies: [NamespacedName: Tally]

  init(_ builds: Cache<SatisBuild>) {
    tallies = builds.fold(into: [:]) { tallies, build in
      let key = NamespacedName(namespace: build.key.namespace, name: build.spec.repositoryRef.name)
      tallies[key, default: Tally()].add(build)
    }
  }

  subscript(key: NamespacedName) -> Tally { tallies[key] ?? Tally() }
}

extension BuildTallies.Tally {
  fileprivate mutating func add(_ build: SatisBuild) {
    guard build.isFinished else {
      // A build that nobody has looked at yet waits as well.
      open[build.reason ?? .queued, default: 0] += 1
      return
    }
    switch build.reason {
    case .succeeded: lastSuccess = max(lastSuccess ?? build.endTime, build.endTime)
    case .failed, .timedOut: failures.append(build.endTime)
    // They say nothing of whether the repository can be built.
    case .cancelled, .superseded, .invalid, .queued, .running, .retrying, nil: break
    }
  }
}
