import Crypto
import KubernetesClient
import SatisAPI

/// Whether a failed attempt is followed by another, and when.
struct RetryPolicy: Sendable {
  /// Reasons that no repetition mends: somebody has to change something first.
  static let permanentReasons = Set(
    SatisBuild.Attempt.Reason.allCases.filter(\.isPermanent).map(\.rawValue))

  let settings: BuildSettings

  /// When the next attempt may start; nil when there is none.
  ///
  /// - Parameters:
  ///   - attempts: how many attempts have ended.
  ///   - job: the Job that failed; all builds of its batch wait equally long, so that they stay together.
  func nextAttempt(after outcome: BuildOutcome, attempts: Int, job: String, at end: Timestamp) -> Timestamp? {
    guard !outcome.isPermanent, attempts <= settings.retryLimit else { return nil }
    return end + backoff(attempts: attempts, job: job)
  }

  /// Seconds to wait: doubled with each attempt, and spread over the upper half so that builds that failed together
  /// do not all come back at once.
  private func backoff(attempts: Int, job: String) -> Int64 {
    let doubled = settings.backoffSeconds << Int64(min(max(attempts - 1, 0), 20))
    let longest = max(1, min(doubled, settings.maxBackoffSeconds))
    let spread = SHA256.hash(data: Array(job.utf8)).reduce(0) { $0 ^ Int64($1) }
    return longest - (longest / 2) * spread / 255
  }
}
