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
  private let closed = AsyncStream<Never>.makeStream()
  private let patience: @Sendable () async -> Void
  private let observe: @Sendable (WorkQueueEvent) -> Void

  /// Creates an empty queue, which collects keys but starts no work before `resume()`: decisions wait until the
  /// caches are filled.
  ///
  /// - Parameters:
  ///   - waitsForPermission: whether it has to be allowed besides, by `allow(until:)`.
  ///   - patience: returns when work that still runs after `close()` has had time enough: 30 s, as it is usual.
  ///   - observe: is told what happens, and returns at once.
  public init(
    maximumConcurrency: Int, waitsForPermission: Bool = false,
    patience: @escaping @Sendable () async -> Void = { try? await Task.sleep(for: .seconds(30)) },
    observe: @escaping @Sendable (WorkQueueEvent) -> Void = { _ in }
  ) {
    self.patience = patience
    self.observe = observe
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

  /// How the queue stands.
  public var statistics: WorkQueueStatistics {
    state.withLock { state in
      WorkQueueStatistics(
        depth: state.turns.depth, adds: state.turns.adds, retries: state.turns.retries,
        unfinished: state.turns.unfinished(now: clock.now))
    }
  }

  /// Asks for work on keys.
  public func add(_ keys: some Sequence<Key>, _ priority: WorkPriority = .live) {
    state.withLock { state in
      let now = clock.now
      for key in keys { state.turns.add(key, priority, now: now) }
    }
    changed.send()
  }

  /// Ends the queue in an orderly way: no new key is taken, and `run` returns when the running ones are done.
  ///
  /// What is not done in time is cancelled.
  public func close() {
    state.withLock { $0.isClosed = true }
    changed.send()
    closed.continuation.finish()
  }

  /// Works until the queue is closed or the task is cancelled.
  public func run(_ work: @escaping @Sendable (Key) async -> WorkOutcome) async {
    await withTaskGroup { group in
      group.addTask { await self.hand(to: work) }
      group.addTask {
        for await _ in self.closed.stream {}
        await self.patience()
      }
      await group.next()
      group.cancelAll()
    }
  }

  private func hand(to work: @escaping @Sendable (Key) async -> WorkOutcome) async {
    await withDiscardingTaskGroup { group in
      while let key = await next() {
        group.addTask {
          self.finish(key, await work(key))
        }
      }
    }
  }

  private func next() async -> Key? {
    while !Task.isCancelled {
      let (turn, waited) = take()
      switch turn {
      case nil: return nil
      case .work(let key):
        observe(.began(afterWaiting: waited))
        return key
      case .wait(let instant): await changed.wait(until: instant, clock: clock)
      }
    }
    return nil
  }

  private func take() -> (WorkQueueState<Key, ContinuousClock.Instant>.Turn?, waited: Duration) {
    state.withLock { state in
      guard !state.isClosed else { return (nil, waited: .zero) }
      let turn = state.turns.take(now: clock.now)
      guard case .work(let key) = turn else { return (turn, waited: .zero) }
      return (turn, waited: state.turns.work(on: key)?.waited ?? .zero)
    }
  }

  private func finish(_ key: Key, _ outcome: WorkOutcome) {
    let worked = state.withLock { state in
      let now = clock.now
      let worked = state.turns.work(on: key)?.startTime.duration(to: now) ?? .zero
      state.turns.done(key, outcome, now: now)
      return worked
    }
    observe(.ended(after: worked, outcome))
    changed.send()
  }
}
