import KubernetesClient

/// One event of the stream: what has changed since the one before, as it is now.
struct StatusMessage: Encodable, Sendable {
  /// Whether this is all there is, and whatever the browser had is to be forgotten.
  let isWhole: Bool
  let contact: Contact
  var repositories: [RepositoryRow] = []
  var builds: [BuildRow] = []
  /// Keys, as in `satis/packages`.
  var goneRepositories: [String] = []
  var goneBuilds: [String] = []

  /// How far what is shown can be trusted.
  struct Contact: Encodable, Hashable, Sendable {
    /// The service's clock, which need not be the browser's.
    let now: Timestamp
    /// When what is shown was known to be so; nil as long as there is nothing to show.
    let asOf: Timestamp?
    /// Whether the API server tells of changes.
    let isLive: Bool
  }

  /// The event on the wire (HTML standard, server-sent events).
  func event() throws -> String {
    // JSON has no line feeds of its own.
    "data: \(try JSONValue(encoding: self).serialized())\n\n"
  }
}
