/// How long a transfer may still take: its limits of time that libcurl does not watch over, or not without waking up
/// every second.
struct Patience {
  typealias Instant = ContinuousClock.Instant

  /// The limit that has passed.
  enum Limit: Hashable {
    /// No byte for so long.
    case silence(Duration)
  }

  private let silence: Duration?
  /// When the last byte came, or when waiting for it began; nil while nothing is waited for.
  private var lastHeard: Instant?

  init(silence: Duration?) {
    self.silence = silence
  }

  /// The connection stands, a byte came, or a paused transfer goes on.
  mutating func hear(at now: Instant) {
    if silence != nil { lastHeard = now }
  }

  /// The server is the one who waits now.
  mutating func pause() {
    lastHeard = nil
  }

  /// When to look again.
  var dueTime: Instant? {
    guard let silence, let lastHeard else { return nil }
    return lastHeard + silence
  }

  /// The limit that has passed, if one has.
  func exceeded(at now: Instant) -> Limit? {
    guard let silence, let dueTime, dueTime <= now else { return nil }
    return .silence(silence)
  }
}
