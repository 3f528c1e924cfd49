import KubernetesClient

/// A point of virtual time, in milliseconds since the run began.
struct VirtualTime: InstantProtocol, CustomStringConvertible {
  var milliseconds: Int64

  /// When a run begins, in seconds since 1970.
  static let beginning: Int64 = 1_700_000_000

  func advanced(by duration: Duration) -> Self {
    let (seconds, attoseconds) = duration.components
    return Self(milliseconds: milliseconds + seconds * 1_000 + attoseconds / 1_000_000_000_000_000)
  }

  func duration(to other: Self) -> Duration { .milliseconds(other.milliseconds - milliseconds) }

  static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }

  /// What a wall clock shows that goes wrong by so many seconds.
  func timestamp(skew: Int64) -> Timestamp {
    Timestamp(seconds: Self.beginning + milliseconds / 1_000 + skew)
  }

  var description: String {
    let seconds = String(milliseconds / 1_000)
    let rest = String(milliseconds % 1_000)
    return String(repeating: " ", count: max(0, 5 - seconds.count)) + seconds + "."
      + String(repeating: "0", count: 3 - rest.count) + rest
  }
}
