import Crypto
import KubernetesClient

/// Keeps repositories with the same schedule apart.
enum Spread {
  /// A repository waits at most as long, in seconds.
  static let longest: Int64 = 300

  /// How many seconds after its time a run of a repository begins; always the same for the same repository.
  ///
  /// At least 0, and less than 5 minutes and than a tenth of the time until the next run, so that a thousand
  /// repositories at 03:00 do not start at once and no run comes near the one after it.
  static func delay(uid: String, schedule: Schedule, run: Timestamp) -> Int64 {
    delay(uid: uid, interval: schedule.next(after: run).map { $0 - run } ?? .max)
  }

  /// The same for a known time between two runs, in seconds.
  static func delay(uid: String, interval: Int64) -> Int64 {
    let range = UInt64(max(1, min(longest, interval / 10)))
    // Not `Hasher`, which is seeded anew in every process.
    let hash = SHA256.hash(data: Array(uid.utf8)).prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return Int64(hash % range)
  }
}
