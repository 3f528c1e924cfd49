public import KubernetesClient

/// One thing that is looked at when a probe comes.
public struct HealthCheck: Sendable {
  /// What was found.
  public enum Finding: Hashable, Sendable {
    /// Nothing is wrong; what else there is to know, in a few words.
    case good(note: String? = nil)
    /// What is wrong, in a sentence.
    case bad(String)
  }

  /// What is looked at, in one word, such as `lease`.
  public let name: String
  /// Looks.
  public let look: @Sendable () -> Finding

  /// Describes a check, which must neither wait nor ask the API server.
  public init(_ name: String, look: @escaping @Sendable () -> Finding) {
    self.name = name
    self.look = look
  }
}

extension HealthCheck {
  /// Silence beyond which a watch stands still, and absence beyond which what it has shown is too old to trust.
  ///
  /// A watch ends after 580 s at most; the limits of the requests and delays until the next one has begun are below
  /// two minutes.
  static let watchLimit: Duration = .seconds(15 * 60)

  /// Whether a watch goes on, successfully or not.
  ///
  /// An API server that cannot be reached is nothing that a restart would mend, and a watch that fails tries again by
  /// itself. What a restart mends is one that does neither.
  public static func watchMoves(_ health: WatchHealth, of resource: String) -> HealthCheck {
    HealthCheck("watch-\(resource)") {
      let silence = health.silence
      guard silence > watchLimit else { return .good() }
      return .bad("stands still for \(silence.components.seconds) s")
    }
  }

  /// Whether a watch has reached the server lately.
  public static func watchIsFresh(_ health: WatchHealth, of resource: String) -> HealthCheck {
    HealthCheck("watch-\(resource)") {
      let absence = health.absence
      guard absence > watchLimit else { return .good() }
      return .bad("has not reached the API server for \(absence.components.seconds) s")
    }
  }
}
