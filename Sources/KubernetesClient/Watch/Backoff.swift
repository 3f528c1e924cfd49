/// How long to wait between attempts, and when all is well again.
///
/// Source of the numbers: client-go's reflector, which waits 0.8 s after a failure, doubles up to 30 s, and begins
/// anew after two minutes without one. A single success is no health: a server that accepts every watch and breaks
/// it a second later would otherwise never be spared.
struct Backoff: Sendable {
  typealias Instant = ContinuousClock.Instant

  static var firstDelay: Duration { .milliseconds(800) }
  static var longestDelay: Duration { .seconds(30) }
  static var healthyAfter: Duration { .seconds(120) }

  private var failures = 0
  private var lastDelayEnds: Instant?

  /// The delay after one more failure.
  ///
  /// - Parameters:
  ///   - jitter: a random number from 0 up to 1, by which the delay is multiplied ("full jitter"): many clients
  ///     that lost one server do not come back together.
  ///   - atLeast: what the server itself asked for, of which as much is granted as to a request.
  mutating func delay(at now: Instant, jitter: Double, atLeast: Duration? = nil) -> Duration {
    if let lastDelayEnds, now - lastDelayEnds >= Self.healthyAfter { failures = 0 }
    let longest = min(Self.firstDelay * (1 << min(failures, 8)), Self.longestDelay)
    failures += 1
    let delay = max(longest * jitter, min(atLeast ?? .zero, Retries.longestDelay))
    lastDelayEnds = now + delay
    return delay
  }
}
