/// The decisions of a work queue, without tasks or clocks.
///
/// As in client-go: a key is worked on by one worker at a time; a key that is added meanwhile is queued again
/// afterwards; failures come back after growing delays.
struct WorkQueueState<Key: Hashable & Sendable, Instant: InstantProtocol>: Sendable
where Instant.Duration == Duration {
  /// What `take` found.
  enum Turn: Equatable {
    /// Work on this key now.
    case work(Key)
    /// Nothing is due; look again at this time, or when something is added (nil).
    case wait(until: Instant?)
  }

  /// The delay after the n-th failure in a row is 5 ms × 2ⁿ, up to 1,000 s (client-go's default).
  static var firstDelay: Duration { .milliseconds(5) }
  static var longestDelay: Duration { .seconds(1_000) }

  private let maximumConcurrency: Int
  private(set) var isPaused: Bool
  private var permission: WorkPermission<Instant>
  private var ready: [Key] = []
  private var readyStart = 0
  private var dirty: Set<Key> = []
  private var processing: Set<Key> = []
  private var delayed: [Key: Instant] = [:]
  private var failures: [Key: Int] = [:]

  init(
    maximumConcurrency: Int, isPaused: Bool = false, permission: WorkPermission<Instant> = .unlimited
  ) {
    self.maximumConcurrency = maximumConcurrency
    self.isPaused = isPaused
    self.permission = permission
  }

  /// Keys that wait for a worker.
  var depth: Int { ready.count - readyStart }

  mutating func add(_ key: Key) {
    guard dirty.insert(key).inserted else { return }
    if !processing.contains(key) { ready.append(key) }
  }

  /// Adds a key at a later time; of several times the earliest counts.
  mutating func add(_ key: Key, at instant: Instant) {
    if let known = delayed[key], known <= instant { return }
    delayed[key] = instant
  }

  /// Lets work begin; keys added before are kept.
  mutating func resume() {
    isPaused = false
  }

  /// Says until when work may begin, instead of what was said before.
  mutating func allow(_ permission: WorkPermission<Instant>) {
    self.permission = permission
  }

  /// Whether work may begin, or what runs may go on.
  func isAllowed(now: Instant) -> Bool {
    switch permission {
    case .unlimited: true
    case .none: false
    case .until(let limit): now < limit
    }
  }

  mutating func take(now: Instant) -> Turn {
    for (key, instant) in delayed where instant <= now {
      delayed[key] = nil
      add(key)
    }
    guard !isPaused, isAllowed(now: now), readyStart < ready.count, processing.count < maximumConcurrency
    else {
      return .wait(until: delayed.values.min())
    }
    let key = ready[readyStart]
    readyStart += 1
    if readyStart > 64, readyStart * 2 > ready.count {
      ready.removeFirst(readyStart)
      readyStart = 0
    }
    dirty.remove(key)
    processing.insert(key)
    return .work(key)
  }

  /// The work on a key is done.
  mutating func done(_ key: Key, _ outcome: WorkOutcome, now: Instant) {
    processing.remove(key)
    if dirty.contains(key) { ready.append(key) }
    switch outcome {
    case .settled:
      failures[key] = nil
    case .again(let delay):
      failures[key] = nil
      add(key, at: now.advanced(by: delay))
    case .failed:
      let count = failures[key, default: 0]
      failures[key] = count + 1
      add(key, at: now.advanced(by: min(Self.firstDelay * (1 << min(count, 20)), Self.longestDelay)))
    }
  }
}

/// How long work may begin.
enum WorkPermission<Instant: InstantProtocol>: Sendable {
  case unlimited
  case none
  case until(Instant)
}

/// How work on a key ended.
public enum WorkOutcome: Sendable, Equatable {
  /// Nothing is left to do until something changes.
  case settled
  /// Look again after this delay, whatever happens meanwhile.
  case again(after: Duration)
  /// It failed; try again after a delay that grows with each failure.
  case failed
}
