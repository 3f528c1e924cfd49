/// Whether and when one request is sent again because the server asked for it.
///
/// Source of the rules: client-go, which honours Retry-After up to ten times. 429 is the server's word that it has
/// done nothing; other failures are repeated only where the server names a time.
struct Retries: Sendable {
  static let limit = 10
  /// A server that wants to be left alone for longer is taken for one that is down.
  static let longestDelay: Duration = .seconds(60)

  private var count = 0

  /// How long to wait before the next attempt; nil for none.
  mutating func delay(status: Int, retryAfter: Duration?) -> Duration? {
    guard count < Self.limit else { return nil }
    switch (status, retryAfter) {
    case (429, let delay): return next(delay ?? .seconds(1))
    case (500..<600, let delay?): return next(delay)
    default: return nil
    }
  }

  private mutating func next(_ delay: Duration) -> Duration? {
    guard delay <= Self.longestDelay else { return nil }
    count += 1
    return delay
  }

  /// The time of a Retry-After field.
  ///
  /// API servers write seconds; the other form, a date, is left alone.
  static func retryAfter(_ field: String?) -> Duration? {
    guard let seconds = field.flatMap({ Int32($0) }), seconds >= 0 else { return nil }
    return .seconds(seconds)
  }
}
