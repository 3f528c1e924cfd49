import KubernetesClient

/// What became of a delivery, for the build's status and for events.
struct NotificationReport: Sendable, Hashable {
  /// How far it has come.
  enum Outcome: Sendable, Hashable {
    /// The receiver has it.
    case delivered
    /// It failed for the first time and is tried again; why, as a clause.
    case delayed(String)
    /// It is not tried again; why, as a clause.
    case gaveUp(String)
  }

  var notification: BuildNotification
  /// The receiver's name.
  var receiver: String
  /// Posts so far.
  var attempts: Int
  var outcome: Outcome

  /// Whether nothing more will be heard of it.
  var isFinal: Bool {
    switch outcome {
    case .delivered, .gaveUp: true
    case .delayed: false
    }
  }

  /// The same as an event's type, reason and note.
  var event: (type: Event.Kind, reason: String, note: String) {
    switch outcome {
    case .delivered:
      (.normal, "NotificationDelivered", "\(receiver) was told that the build \(ending)")
    case .delayed(let reason):
      (
        .warning, "NotificationDelayed",
        "\(receiver) could not be told that the build \(ending): \(reason). It is tried again for a day."
      )
    case .gaveUp(let reason):
      (
        .warning, "NotificationFailed",
        "\(receiver) was not told that the build \(ending): \(reason). It is not tried again."
      )
    }
  }

  private var ending: String {
    switch notification.result {
    case .succeeded: "succeeded"
    case .failed: "failed"
    case .recovered: "recovered"
    }
  }
}
