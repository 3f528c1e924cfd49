/// A point of virtual time.
struct Tick: InstantProtocol {
  var milliseconds: Int64

  func advanced(by duration: Duration) -> Self {
    let (seconds, attoseconds) = duration.components
    return Self(milliseconds: milliseconds + seconds * 1_000 + attoseconds / 1_000_000_000_000_000)
  }

  func duration(to other: Self) -> Duration { .milliseconds(other.milliseconds - milliseconds) }

  static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }
}
