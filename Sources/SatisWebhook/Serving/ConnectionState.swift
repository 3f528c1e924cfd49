import ControllerRuntime

/// Where a connection is between its first byte and its last, and what follows from what happens on it.
///
/// It takes one call after the other. Whatever comes between a call and its answer belongs to nobody: it is thrown away,
/// and the connection is closed after the answer, which clients that send ahead have to expect (RFC 9112, section 9.6).
/// So does everything after a broken call, so that no body is ever read as the next call.
struct ConnectionState {
  typealias Instant = ContinuousClock.Instant

  /// What to do with something that came in.
  enum Inbound: Equatable {
    case forward
    case drop
  }

  /// What to do after something else has happened.
  enum Action: Equatable {
    case none
    /// Answer in place of the routes, which have seen nothing of the call.
    case refuse(Refusal)
    /// Tell whoever reads the body that it does not become whole.
    case breakBody(BrokenBody)
    /// Send no more, and throw away what still comes.
    case linger
    case close
  }

  private enum Phase: Equatable {
    /// For a call; `hasBegun` when a part of its header is there.
    case waiting(hasBegun: Bool)
    /// A body comes.
    case receiving(isSmall: Bool)
    /// The call is whole and not yet answered.
    case answering
    /// The call is answered, and the rest of its small body comes.
    case draining
    /// The last answer is sent.
    case lingering
  }

  private let limits: ServingLimits
  private var phase = Phase.waiting(hasBegun: false)
  private var isLast = false
  /// When patience ends; nil where the routes see to it that something happens.
  private(set) var due: Instant?

  init(limits: ServingLimits, now: Instant) {
    self.limits = limits
    due = now + limits.idleTime
  }

  /// What the connection is at, by which it can be closed to make room, without harm or with little.
  var standing: Connections.Standing {
    switch phase {
    case .waiting: .waiting
    // What is answered before its body is there is a refusal.
    case .receiving, .draining: .receiving
    case .answering, .lingering: .busy
    }
  }

  /// Whether what comes is thrown away.
  var isLingering: Bool { phase == .lingering }

  /// - Parameter length: how long the body says that it is; nil when it comes in chunks of any number.
  mutating func head(length: Int?, now: Instant) -> Inbound {
    guard case .waiting = phase else { return unexpected() }
    phase = .receiving(isSmall: length.map { $0 <= ServingLimits.smallBodyBytes } ?? false)
    due = now + limits.bodyTime
    return .forward
  }

  mutating func body() -> Inbound {
    switch phase {
    case .receiving, .draining: .forward
    case .waiting, .answering, .lingering: unexpected()
    }
  }

  mutating func end(now: Instant) -> Inbound {
    switch phase {
    case .receiving:
      phase = .answering
      due = nil
      return .forward
    case .draining:
      wait(now)
      return .forward
    case .waiting, .answering, .lingering: return unexpected()
    }
  }

  /// Bytes have come, whether they completed something or not.
  mutating func bytes(now: Instant) {
    guard phase == .waiting(hasBegun: false) else { return }
    phase = .waiting(hasBegun: true)
    due = now + limits.headerTime
  }

  /// What came is no HTTP, or the other side has gone.
  mutating func broken(_ problem: BrokenBody) -> Action {
    switch phase {
    case .waiting: return .refuse(problem.refusal)
    case .receiving:
      isLast = true
      due = nil
      return .breakBody(problem)
    case .answering:
      isLast = true
      return .none
    case .draining: return .close
    case .lingering: return .none
    }
  }

  mutating func timeIsUp() -> Action {
    due = nil
    return switch phase {
    case .waiting(hasBegun: false), .draining, .lingering: .close
    case .waiting(hasBegun: true): .refuse(.timeout(header: limits.headerTime))
    case .receiving: broken(.tooSlow(limits.bodyTime))
    case .answering: .none
    }
  }

  /// Whether the answer that begins now has to say that no other will follow.
  var closesAfterAnswer: Bool { isLast || phase == .receiving(isSmall: false) }

  mutating func answered(now: Instant) -> Action {
    if closesAfterAnswer {
      linger(now)
      return .linger
    }
    switch phase {
    case .receiving:
      // Its time runs on.
      phase = .draining
    case .answering: wait(now)
    case .waiting, .draining, .lingering: break
    }
    return .none
  }

  /// The last answer has been sent.
  mutating func linger(_ now: Instant) {
    phase = .lingering
    due = now + ServingLimits.lingerTime
  }

  private mutating func wait(_ now: Instant) {
    phase = .waiting(hasBegun: false)
    due = now + limits.idleTime
  }

  private mutating func unexpected() -> Inbound {
    isLast = true
    return .drop
  }
}

/// Why a body, or the header before it, does not become whole.
enum BrokenBody: Error, Equatable {
  /// Lengths that contradict each other, chunks without a size, bytes that are no header; or an early end.
  case malformed
  /// The header has more bytes or fields than are taken.
  case headerTooLarge(limit: Int)
  /// It took longer than this.
  case tooSlow(Duration)

  /// What the sender is told.
  var refusal: Refusal {
    switch self {
    case .malformed: .badHTTP
    case .headerTooLarge(let limit): .headerTooLarge(limit: limit)
    case .tooSlow(let limit): .timeout(body: limit)
    }
  }
}
