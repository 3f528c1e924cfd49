import Synchronization

/// Hands keys to workers: each key to one at a time, at most so many at once.
public final class WorkQueue<Key: Hashable & Sendable>: Sendable {
  private struct State {
    var turns: WorkQueueState<Key, ContinuousClock.Instant>
    var isClosed = false
  }

  private let clock = ContinuousClock()
  private let state: Mutex<State>
  private let changed = Signal()

  /// Creates an empty queue, which collects keys but starts no work before `resume()`: decisions wait until the
  /// caches are filled.
  ///
  /// - Parameter waitsForPermission: whether it has to be allowed besides, by `allow(until:)`.
  public init(maximumConcurrency: Int, waitsForPermission: Bool = false) {
    state = Mutex(
      State(
        turns: WorkQueueState(
          maximumConcurrency: maximumConcurrency, isPaused: true,
          permission: waitsForPermission ? .none : .unlimited)))
  }

  /// Whether work may begin, and what runs may go on, if only the caches are filled.
  ///
  /// Whoever works asks this again before each write: the process may have stood still since it began.
  public var isAllowed: Bool { state.withLock { $0.turns.isAllowed(now: clock.now) } }

  /// Lets work begin until then; each time replaces the one before.
  public func allow(until limit: ContinuousClock.Instant) {
    state.withLock { $0.turns.allow(.until(limit)) }
    changed.send()
  }

  /// Whether work has not begun yet.
  public var isPaused: Bool { state.withLock { $0.turns.isPaused } }

  /// Lets work begin.
  public func resume() {
    state.withLock { $0.turns.resume() }
    changed.send()
  }

  /// Asks for work on keys.
  public func add(_ keys: some Sequence<Key>) {
    state.withLock { state in
      for key in keys { state.turns.add(key) }
    }
    changed.send()
  }

  /// Ends the queue in an orderly way: no new key is taken, and `run` returns when the running ones are done.
  public func close() {
    state.withLock { $0.isClosed = true }
    changed.send()
  }

  /// Works until the queue is closed or the task is cancelled.
  public func run(_ work: @escaping @Sendable (Key) async -> WorkOutcome) async {
    await withDiscardingTaskGroup { group in
      while let key = await next() {
        group.addTask {
          let outcome = await work(key)
          self.state.withLock { $0.turns.done(key, outcome, now: self.clock.now) }
          self.changed.send()
        }
      }
    }
  }

  private func next() async -> Key? {
    while !Task.isCancelled {
      let turn = state.withLock { $0.isClosed ? nil : $0.turns.take(now: clock.now) }
      switch turn {
      case nil: return nil
      case .work(let key): return key
      case .wait(let instant): await changed.wait(until: instant, clock: clock)
      }
    }
    return nil
  }
}
