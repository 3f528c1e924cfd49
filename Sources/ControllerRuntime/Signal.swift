import Synchronization

/// Wakes one waiting task.
///
/// A signal that nobody waits for is kept for the next one; several are one.
public final class Signal: Sendable {
  private enum State {
    case idle
    case pending
    case waiting(CheckedContinuation<Void, Never>)
  }

  private let state = Mutex(State.idle)

  /// Creates a signal that has not been sent.
  public init() {}

  /// Wakes the task that waits, or the next one that does.
  public func send() {
    let continuation: CheckedContinuation<Void, Never>? = state.withLock { state in
      guard case .waiting(let continuation) = state else {
        state = .pending
        return nil
      }
      state = .idle
      return continuation
    }
    continuation?.resume()
  }

  /// Returns at the next signal, at the given time, or when the task is cancelled.
  public func wait(until instant: ContinuousClock.Instant?, clock: ContinuousClock) async {
    await withDiscardingTaskGroup { group in
      if let instant {
        group.addTask {
          // Cancelled when the signal came first.
          guard (try? await clock.sleep(until: instant)) != nil else { return }
          self.send()
        }
      }
      await wait()
      group.cancelAll()
    }
  }

  private func wait() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isDue = state.withLock { state in
          if case .pending = state {
            state = .idle
            return true
          }
          state = .waiting(continuation)
          return false
        }
        if isDue { continuation.resume() }
      }
    } onCancel: {
      // Kept as pending when there is no continuation yet.
      send()
    }
  }
}
