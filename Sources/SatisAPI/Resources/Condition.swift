public import KubernetesClient

/// An observation of an object's state, as the Kubernetes API conventions define it.
public struct Condition: Codable, Hashable, Sendable {
  /// What is observed, as in `Ready`; unique in its list.
  public var type: String
  /// Whether it holds.
  public var status: Status
  /// Why, in one CamelCase word for programs.
  public var reason: String
  /// Why, in a sentence that a person can act on.
  public var message: String
  /// The generation of the spec that was looked at.
  public var observedGeneration: Int64?
  /// When `status` last changed.
  public var lastTransitionTime: Timestamp

  /// Whether a condition holds.
  public enum Status: String, Codable, Hashable, Sendable {
    /// It holds.
    case yes = "True"
    /// It does not.
    case no = "False"
    /// Not known yet.
    case unknown = "Unknown"
  }

  /// Creates a condition.
  public init(
    type: String,
    status: Status,
    reason: String,
    message: String,
    observedGeneration: Int64?,
    lastTransitionTime: Timestamp
  ) {
    self.type = type
    self.status = status
    self.reason = reason
    // Whatever a server, a node or git says may hold a credential.
    self.message = Self.capped(RedactedText(message).description)
    self.observedGeneration = observedGeneration
    self.lastTransitionTime = lastTransitionTime
  }

  /// The API conventions allow 32,768 characters; nobody reads that many.
  private static func capped(_ message: String) -> String {
    // Schemas count code points.
    message.unicodeScalars.count <= 2_048 ? message : String(message.unicodeScalars.prefix(2_047)) + "…"
  }
}

extension [Condition] {
  /// The condition of a type.
  public subscript(type: String) -> Condition? {
    first { $0.type == type }
  }

  /// Sets a condition; its transition time moves only when its status changes.
  public mutating func set(_ condition: Condition) {
    guard let index = firstIndex(where: { $0.type == condition.type }) else {
      append(condition)
      return
    }
    var condition = condition
    if self[index].status == condition.status {
      condition.lastTransitionTime = self[index].lastTransitionTime
    }
    self[index] = condition
  }
}
