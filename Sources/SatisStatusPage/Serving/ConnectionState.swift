import ControllerRuntime

/// Where a connection is between its requests and their answers, and how long that may take.
///
/// Until a request is whole nothing is lost with it. Several may come before the first is answered.
struct ConnectionState {
  typealias Instant = ContinuousClock.Instant

  /// The time that a request may take from its first byte on until it is whole.
  static let requestTime: Duration = .seconds(10)
  /// The time that an answer may take; a stream of events takes as long as it likes.
  static let answerTime: Duration = .seconds(60)

  /// Requests that have come, at least in part, and whose answers have not been sent.
  private var unanswered = 0
  /// Whether no request is in the midst of coming.
  private var isWhole = true
  /// When the connection is closed; nil where nothing that must end has begun.
  private(set) var due: Instant?

  /// Whether it can be closed to make room: nothing that came whole is being answered.
  var standing: Connections.Standing {
    if isWhole { unanswered == 0 ? .waiting : .busy } else { unanswered <= 1 ? .receiving : .busy }
  }

  /// Bytes have come, whether they completed something or not.
  mutating func bytes(now: Instant) {
    if unanswered == 0, isWhole, due == nil { due = now + Self.requestTime }
  }

  mutating func head(now: Instant) {
    bytes(now: now)
    unanswered += 1
    isWhole = false
  }

  mutating func end(now: Instant) {
    isWhole = true
    switch unanswered {
    case 0: due = nil
    case 1: due = now + Self.answerTime
    // The answer before it has its own time.
    default: break
    }
  }

  /// The answer that begins now is a stream of events.
  mutating func streams() {
    due = nil
  }

  /// An answer has been sent, perhaps without a request that could be read.
  mutating func answered() {
    unanswered = max(0, unanswered - 1)
    if unanswered == 0, isWhole { due = nil }
  }
}
