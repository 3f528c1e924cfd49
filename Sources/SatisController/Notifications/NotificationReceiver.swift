/// Who is told: an entry of `spec.notifications`, with what its Secrets hold.
struct NotificationReceiver: Hashable, Sendable {
  /// What a receiver understands.
  enum Kind: String, Hashable, Sendable, CaseIterable {
    /// Slack's incoming webhooks, which Mattermost takes as well.
    case slack = "Slack"
    /// The operator's own JSON.
    case webhook = "Webhook"
  }

  /// How statuses and messages call it, as in `notifications[0]`.
  var name: String
  var kind: Kind
  /// Where to post: http or https.
  ///
  /// Whoever knows it may post, so nothing ever shows it.
  var url: String
  /// With what the body is signed; nil for no signature.
  var signingSecret: [UInt8]?
}

extension NotificationReceiver: CustomStringConvertible, CustomDebugStringConvertible {
  /// The name and the kind: the rest is secret.
  var description: String { "\(kind.rawValue) receiver \(name)" }

  /// The same as `description`, for the same reason.
  var debugDescription: String { description }
}
