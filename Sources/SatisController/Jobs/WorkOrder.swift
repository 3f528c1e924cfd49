import KubernetesClient
import SatisAPI

/// What one Job is to do, as the runner reads it.
struct WorkOrder: Codable, Sendable, Equatable {
  /// Version of this format.
  var version = 1
  /// The Job's name, which the runner writes into the lock for those who wait.
  var job: String
  /// What to do.
  var operation: SatisBuild.Operation
  /// For `Build`: whether everything is built.
  var full: Bool?
  /// For `Build`: what is asked, in the order by whose positions the report names what failed.
  var sources: [SatisRepository.ActiveJob.Source]?
  /// For `Rollback`: the release to go back to; nil for the one before.
  var release: String?
  /// For `Rollback`: what all attempts have in common, so that a repeated one does not go back once more.
  var request: String?
  /// Options of `satis build`.
  var options: [SatisRepository.Option]
  /// Seconds until the runner stops Satis.
  var deadlineSeconds: Int
  /// How many releases are kept, the served one included.
  var keepReleases: Int
  /// Seconds that a reader of a superseded release still finds its files.
  var graceSeconds: Int

  /// The order of a claim.
  init(repository: SatisRepository, claim: SatisRepository.ActiveJob) {
    let history = HistorySettings(repository)
    job = claim.name
    operation = claim.operation
    if operation == .build {
      full = claim.full
      sources = claim.sources
    }
    release = claim.release
    if operation == .rollback { request = claim.builds.first?.uid }
    options = repository.spec.build?.options ?? []
    deadlineSeconds = BuildSettings(repository).activeDeadlineSeconds
    keepReleases = history.releases
    graceSeconds = history.graceSeconds
  }
}

extension SatisRepository.ActiveJob {
  /// Every source once, with all that is asked of it.
  var sources: [Source] {
    var sources: [Source] = []
    for source in builds.flatMap(\.sources) {
      guard let index = sources.firstIndex(where: { $0.url == source.url }) else {
        sources.append(source)
        continue
      }
      sources[index].package = sources[index].package ?? source.package
      sources[index].commits = sources[index].commits ?? source.commits
    }
    return sources
  }
}
