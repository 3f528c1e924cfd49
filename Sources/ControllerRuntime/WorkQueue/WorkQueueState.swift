import DequeModule

/// The decisions of a work queue, without tasks or clocks.
///
/// As in client-go: a key is worked on by one worker at a time; a key that is added meanwhile is queued again
/// afterwards; failures come back after growing delays; what only a list asks for lets live events go first.
struct WorkQueueState<Key: Hashable & Sendable, Instant: InstantProtocol>: Sendable
where Instant.Duration == Duration {
  /// What `take` found.
  enum Turn: Equatable {
    /// Work on this key now.
    case work(Key)
    /// Nothing is due; look again at this time, or when something is added (nil).
    case wait(until: Instant?)
  }

  /// Work that has begun.
  struct Work: Sendable {
    /// How long the key waited for a worker.
    let waited: Duration
    let startTime: Instant
    let priority: WorkPriority
  }

  /// The delay after the n-th failure in a row is 5 ms × 2ⁿ, up to 1,000 s (client-go's default).
  static var firstDelay: Duration { .milliseconds(5) }
  static var longestDelay: Duration { .seconds(1_000) }
  /// After so many live keys one goes that only a list has asked for: it waits, but not for ever.
  static var liveKeysInARow: Int { 10 }

  /// That a key is wanted.
  private struct Demand {
    var priority: WorkPriority
    var since: Instant
    /// The place that counts; an urgent demand gives its first one up.
    var ticket: Int
  }

  private struct Place {
    var key: Key
    var ticket: Int
  }

  private let maximumConcurrency: Int
  private(set) var isPaused: Bool
  private var permission: WorkPermission<Instant>
  private var demands: [Key: Demand] = [:]
  private var live: Deque<Place> = []
  private var listed: Deque<Place> = []
  private var tickets = 0
  private var liveTaken = 0
  private var processing: [Key: Work] = [:]
  private var delayed = DelayedKeys<Key, Instant>()
  private var failures: [Key: Int] = [:]
  /// Keys that wait for a worker.
  private(set) var depth = 0
  /// Keys that were added, without those that waited already.
  private(set) var adds = 0
  /// Keys that came back by themselves, after a failure or a delay.
  private(set) var retries = 0

  init(
    maximumConcurrency: Int, isPaused: Bool = false, permission: WorkPermission<Instant> = .unlimited
  ) {
    self.maximumConcurrency = maximumConcurrency
    self.isPaused = isPaused
    self.permission = permission
  }

  mutating func add(_ key: Key, _ priority: WorkPriority = .live, now: Instant) {
    let isNew = demands[key] == nil
    if let demand = demands[key], demand.priority >= priority { return }
    tickets += 1
    // A demand that becomes urgent has waited since it was made.
    demands[key] = Demand(priority: priority, since: demands[key]?.since ?? now, ticket: tickets)
    if isNew { adds += 1 }
    guard processing[key] == nil else { return }
    if isNew { depth += 1 }
    place(key)
  }

  /// Adds a key at a later time; of several times the earliest counts.
  mutating func add(_ key: Key, at instant: Instant, _ priority: WorkPriority = .live) {
    delayed.add(key, at: instant, priority)
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
    while let due = delayed.popDue(at: now) { add(due.key, due.priority, now: due.instant) }
    guard !isPaused, isAllowed(now: now), processing.count < maximumConcurrency, let key = popPlace(),
      let demand = demands.removeValue(forKey: key)
    else { return .wait(until: delayed.next) }
    depth -= 1
    processing[key] = Work(
      waited: demand.since.duration(to: now), startTime: now, priority: demand.priority)
    return .work(key)
  }

  /// The work on a key is done.
  mutating func done(_ key: Key, _ outcome: WorkOutcome, now: Instant) {
    let work = processing.removeValue(forKey: key)
    if demands[key] != nil {
      depth += 1
      place(key)
    }
    switch outcome {
    case .settled:
      failures[key] = nil
    case .again(let delay):
      failures[key] = nil
      retries += 1
      add(key, at: now.advanced(by: delay))
    case .failed:
      let count = failures[key, default: 0]
      failures[key] = count + 1
      retries += 1
      let delay = min(Self.firstDelay * (1 << min(count, 20)), Self.longestDelay)
      // Many fail together when the server does. Those that nobody waits for stay behind the others.
      add(key, at: now.advanced(by: delay), work?.priority ?? .live)
    }
  }

  /// The work on a key, while it goes on.
  func work(on key: Key) -> Work? { processing[key] }

  /// For how long each key has been worked on that still is.
  func unfinished(now: Instant) -> [Duration] { processing.values.map { $0.startTime.duration(to: now) } }

  private mutating func place(_ key: Key) {
    guard let demand = demands[key] else { return }
    let place = Place(key: key, ticket: demand.ticket)
    switch demand.priority {
    case .live: live.append(place)
    case .listed: listed.append(place)
    }
  }

  private mutating func popPlace() -> Key? {
    while let first = listed.first, demands[first.key]?.ticket != first.ticket { listed.removeFirst() }
    if let first = listed.first, live.isEmpty || liveTaken >= Self.liveKeysInARow {
      listed.removeFirst()
      liveTaken = 0
      return first.key
    }
    // A place among the live keys always counts: nothing is more urgent.
    guard let first = live.popFirst() else { return nil }
    liveTaken = listed.isEmpty ? 0 : liveTaken + 1
    return first.key
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
