import KubernetesClient
import SatisAPI

/// What a receiver is told about the end of a build: free of credentials, and no longer than anybody reads.
struct BuildNotification: Hashable, Sendable {
  /// How the build ended, in the words of `spec.notifications[].on`.
  enum Result: String, Hashable, Sendable, CaseIterable {
    case succeeded = "Succeeded"
    case failed = "Failed"
    /// It succeeded where the one before had failed.
    case recovered = "Recovered"
  }

  let namespace: String
  let repository: String
  let build: String
  /// The build's uid, by which a receiver knows a notification that comes twice.
  let uid: String
  let result: Result
  /// One word.
  let reason: String
  /// A sentence, at most 4,096 bytes.
  let message: String
  /// The URL of what changed; nil for all sources.
  let source: String?
  let commit: String?
  /// Jobs that worked on the build.
  let attempts: Int
  /// The release in which the result is served.
  let release: String?
  let queuedTime: Timestamp?
  let startTime: Timestamp?
  let completionTime: Timestamp?

  /// Takes credentials out of all that somebody else wrote, and cuts it.
  init(
    namespace: String, repository: String, build: String, uid: String, result: Result, reason: String,
    message: String, source: String? = nil, commit: String? = nil, attempts: Int = 1, release: String? = nil,
    queuedTime: Timestamp? = nil, startTime: Timestamp? = nil, completionTime: Timestamp? = nil
  ) {
    func safe(_ text: String, _ bytes: Int = 256) -> String {
      RedactedText(text, maximumBytes: bytes).description
    }
    self.namespace = namespace
    self.repository = repository
    self.build = build
    self.uid = uid
    self.result = result
    self.reason = safe(reason)
    self.message = safe(message, 4_096)
    self.source = source.map { safe($0, 2_048) }
    self.commit = commit.map { safe($0) }
    self.attempts = attempts
    self.release = release.map { safe($0) }
    self.queuedTime = queuedTime
    self.startTime = startTime
    self.completionTime = completionTime
  }
}
