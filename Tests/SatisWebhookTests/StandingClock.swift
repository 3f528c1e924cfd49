import Synchronization

/// A clock that stands until a test moves it.
final class StandingClock: Sendable {
  private let start = ContinuousClock.now
  private let passed = Mutex(Duration.zero)

  var now: ContinuousClock.Instant { start + passed.withLock { $0 } }

  func advance(by time: Duration) {
    passed.withLock { $0 += time }
  }
}
