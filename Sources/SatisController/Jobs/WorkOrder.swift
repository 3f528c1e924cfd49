import KubernetesClient
import SatisAPI

/// What one Job is to do, as the runner reads it.
struct WorkOrder: Codable, Sendable, Equatable {
  /// Version of this format.
  var version = 1
  /// The Job's name, which the runner writes into the lock for those who wait.
  var job: String
  /// What to do.
  var operation = "Build"
  /// Sources to the letter of satis.json; empty for all of them.
  var sources: [String]
  /// Options of `satis build`.
  var options: [SatisRepository.Option]
  /// Seconds until the runner stops Satis.
  var deadlineSeconds: Int

  /// What is built when the repository does not say how long it may take.
  static let defaultDeadlineSeconds = 3_600

  /// The order of a claim.
  init(repository: SatisRepository, claim: SatisRepository.ActiveJob) {
    job = claim.name
    sources = claim.full ? [] : claim.builds.flatMap(\.sources)
    options = repository.spec.build?.options ?? []
    deadlineSeconds = repository.spec.build?.activeDeadlineSeconds ?? Self.defaultDeadlineSeconds
  }
}
