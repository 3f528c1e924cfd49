/// How long a transfer may still take.
///
/// libcurl's own limits are not enough: they do not hold while a transfer waits for a connection that another one is
/// making, and its watch over silence wakes up every second.
struct Patience {
  typealias Instant = ContinuousClock.Instant

  /// A limit of time.
  enum Limit: Hashable {
    /// Until the connection stands.
    case connection
    /// Until the response is whole.
    case response
    /// Until the next byte.
    case silence(Duration)
  }

  private let responseDue: Instant?
  private var silence: Duration?
  /// Nil once the connection stands.
  private var connectionDue: Instant?
  /// When the last byte came, or the connection stood; nil while no byte is waited for.
  private var waitsSince: Instant?

  init(_ request: CurlRequest, from start: Instant) {
    connectionDue = start + request.connectTimeout
    responseDue = request.timeout.map { start + $0 }
    silence = request.silenceTimeout
  }

  /// Whether the connection stands.
  var isConnected: Bool { connectionDue == nil }

  /// The connection stands, and the request goes out.
  mutating func connect(at now: Instant) {
    connectionDue = nil
    hear(at: now)
  }

  /// A byte came, or a paused transfer goes on.
  mutating func hear(at now: Instant) {
    waitsSince = now
  }

  /// Another silence is borne, counted from now unless nothing is waited for.
  mutating func bear(silence: Duration, at now: Instant) {
    self.silence = silence
    if waitsSince != nil { hear(at: now) }
  }

  /// The server is the one who waits now.
  mutating func pause() {
    waitsSince = nil
  }

  /// Whether nothing has come over the connection for so long.
  func hasWaited(_ time: Duration, at now: Instant) -> Bool { waitsSince.map { now - $0 >= time } ?? false }

  /// The limit that is reached next.
  var next: (limit: Limit, due: Instant)? {
    var next: (limit: Limit, due: Instant)?
    func consider(_ limit: Limit, _ due: Instant?) {
      guard let due else { return }
      if let earlier = next, earlier.due <= due { return }
      next = (limit, due)
    }
    consider(.connection, connectionDue)
    consider(.response, responseDue)
    if let silence, let waitsSince { consider(.silence(silence), waitsSince + silence) }
    return next
  }
}
