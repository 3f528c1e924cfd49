public import KubernetesClient

/// How urgent work on a key is.
public enum WorkPriority: Int, Comparable, Sendable {
  /// A list shows that the object is there; as a rule nothing has happened to it.
  case listed
  /// Something has just happened, and somebody may wait for it.
  case live

  /// The urgency of what a watch tells.
  public init<Object>(of update: WatchUpdate<Object>) {
    switch update {
    case .replaced: self = .listed
    case .applied, .deleted, .unreadable: self = .live
    }
  }

  /// The more urgent one is the greater.
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
