import FoundationEssentials
import KubernetesClient

/// What the runner leaves as the container's termination message.
struct RunnerReport: Codable, Sendable {
  var version: Int
  /// `Succeeded` or `Failed`.
  var result: String
  /// Why, in one word.
  var reason: String
  /// Why, in a sentence.
  var message: String
  /// The release that was published, also where some sources failed.
  var release: String?
  /// Exit code of Satis; nil when it did not run to its end.
  var exitCode: Int?
  /// The sources of the order that failed.
  var failedSources: [FailedSource]?
  /// How many more failed than `failedSources` has room for.
  var omittedSources: Int?
  /// The different reasons of all sources that failed, also of those that the order does not name.
  var failureReasons: [String]?
  /// When the runner ended.
  var endTime: Timestamp?
  /// The redacted end of the log.
  var log: String?

  /// A source that failed.
  struct FailedSource: Codable, Sendable {
    /// Position in the order's sources.
    var source: Int
    /// Why, in one word.
    var reason: String
    /// Why, in a sentence.
    var message: String?
  }

  /// Reads a termination message; nil when the container left none of the runner's.
  init?(terminationMessage: String?) {
    guard let terminationMessage,
      // Foundation's decoder ends the process at a text that breaks off with the 513th container in others; this parser
      // refuses it, and anybody in the pod can write the message.
      (try? JSONValue(parsing: terminationMessage.utf8)) != nil,
      let report = try? JSONDecoder().decode(Self.self, from: Data(terminationMessage.utf8)),
      report.version == 1
    else { return nil }
    self = report
  }
}
