import Synchronization

/// When a watch last gave a sign of life.
///
/// Every watch ends after ten minutes at most and begins again, and every request has a time limit. So a watch that
/// runs always succeeds or fails now and then; one that does neither stands still.
public final class WatchHealth: Sendable {
  private struct State {
    var sign: ContinuousClock.Instant
    var contact: ContinuousClock.Instant
  }

  private let clock: @Sendable () -> ContinuousClock.Instant
  private let state: Mutex<State>

  /// Starts counting now.
  ///
  /// - Parameter clock: the clock, which counts while the machine sleeps.
  public init(clock: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }) {
    self.clock = clock
    let now = clock()
    state = Mutex(State(sign: now, contact: now))
  }

  /// How long there has been neither success nor failure.
  public var silence: Duration { clock() - state.withLock { $0.sign } }

  /// How long the server has not been reached.
  public var absence: Duration { clock() - state.withLock { $0.contact } }

  /// Whether the last try to reach the server has failed.
  public var isInterrupted: Bool { state.withLock { $0.sign != $0.contact } }

  /// The server has answered.
  func succeeded() {
    let now = clock()
    state.withLock { $0 = State(sign: now, contact: now) }
  }

  /// The server has not answered, or has refused.
  func failed() {
    let now = clock()
    state.withLock { $0.sign = now }
  }
}
