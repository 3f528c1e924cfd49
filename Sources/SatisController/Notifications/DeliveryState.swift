/// Which notifications to post when, without tasks, clocks or chance.
///
/// A delivery is repeated after growing delays until it is acknowledged, so that it arrives at least once. One receiver
/// gets one at a time: one that hangs holds up nobody else, and one that limits rates is not overrun.
struct DeliveryState<Instant: InstantProtocol>: Sendable where Instant.Duration == Duration {
  /// What can be set.
  struct Policy: Sendable, Hashable {
    /// The delay after the first failure; it doubles with each further one.
    var firstDelay: Duration = .seconds(1)
    var longestDelay: Duration = .seconds(300)
    /// Later than this after it was asked for, a delivery is not tried again.
    var lifetime: Duration = .seconds(24 * 3_600)
    /// Deliveries kept in memory; beyond them the oldest is given up.
    var capacity = 1_000
    /// Deliveries under way at once, each to another receiver.
    var concurrency = 8
  }

  /// A delivery: what is told to whom.
  struct Delivery: Sendable, Hashable {
    var notification: BuildNotification
    var receiver: NotificationReceiver

    /// By this it is the same delivery, though its receiver's URL may have changed meanwhile.
    var identity: Identity {
      Identity(uid: notification.uid, result: notification.result, receiver: receiver.name)
    }
  }

  struct Identity: Sendable, Hashable {
    var uid: String
    var result: BuildNotification.Result
    var receiver: String
  }

  /// What the driver is to do.
  enum Turn: Hashable {
    case post(Delivery)
    /// Nothing is due; look again at this time, or when something changes (nil).
    case wait(until: Instant?)
  }

  /// What became of a post.
  enum Answer: Sendable, Hashable {
    case accepted
    /// It will never be taken; why, as a clause.
    case refused(String)
    /// It may be taken later, not before this delay if the receiver named one; why not now, as a clause.
    case failed(String, retryAfter: Duration?)
  }

  /// What that means for the delivery.
  enum Verdict: Hashable {
    case delivered(attempts: Int)
    case gaveUp(attempts: Int, reason: String)
    /// It is tried again after this delay.
    case again(attempts: Int, reason: String, after: Duration)
    /// It was given up while it was under way.
    case unknown
  }

  private struct Pending {
    var delivery: Delivery
    /// Order of asking.
    var number: Int
    var firstTime: Instant
    var dueTime: Instant
    var attempts = 0
    var isUnderWay = false
  }

  private let policy: Policy
  private var pending: [Identity: Pending] = [:]
  private var asked = 0

  init(policy: Policy = Policy()) {
    self.policy = policy
  }

  /// Deliveries that are not finished.
  var count: Int { pending.count }

  /// Asks for a delivery; one that is pending already stays as it is.
  ///
  /// - Returns: a delivery that is given up to make room.
  mutating func add(_ delivery: Delivery, at now: Instant) -> Delivery? {
    guard pending[delivery.identity] == nil else { return nil }
    pending[delivery.identity] = Pending(delivery: delivery, number: asked, firstTime: now, dueTime: now)
    asked += 1
    guard pending.count > policy.capacity,
      let oldest = pending.values.filter({ !$0.isUnderWay }).min(by: { $0.number < $1.number })
    else { return nil }
    pending[oldest.delivery.identity] = nil
    return oldest.delivery
  }

  /// The delivery that has been due longest.
  mutating func take(at now: Instant) -> Turn {
    let busy = Set(pending.values.filter(\.isUnderWay).map(\.delivery.receiver.url))
    guard busy.count < policy.concurrency else { return .wait(until: nil) }
    let free = pending.values.filter { !$0.isUnderWay && !busy.contains($0.delivery.receiver.url) }
    guard let next = free.min(by: { ($0.dueTime, $0.number) < ($1.dueTime, $1.number) }) else {
      return .wait(until: nil)
    }
    guard next.dueTime <= now else { return .wait(until: next.dueTime) }
    pending[next.delivery.identity]?.isUnderWay = true
    return .post(next.delivery)
  }

  /// A post has ended.
  ///
  /// - Parameter jitter: 0 to 1, by chance; keeps deliveries that failed together apart.
  mutating func done(_ identity: Identity, _ answer: Answer, jitter: Double, at now: Instant) -> Verdict {
    guard var delivery = pending.removeValue(forKey: identity) else { return .unknown }
    delivery.attempts += 1
    switch answer {
    case .accepted:
      return .delivered(attempts: delivery.attempts)
    case .refused(let reason):
      return .gaveUp(attempts: delivery.attempts, reason: reason)
    case .failed(let reason, let retryAfter):
      let delay = max(delay(after: delivery.attempts, jitter: jitter), retryAfter ?? .zero)
      delivery.dueTime = now.advanced(by: delay)
      guard delivery.firstTime.duration(to: delivery.dueTime) <= policy.lifetime else {
        return .gaveUp(attempts: delivery.attempts, reason: reason)
      }
      delivery.isUnderWay = false
      pending[identity] = delivery
      return .again(attempts: delivery.attempts, reason: reason, after: delay)
    }
  }

  /// Half of it is certain, the other half is up to chance.
  private func delay(after attempts: Int, jitter: Double) -> Duration {
    let full = min(policy.firstDelay * (1 << min(attempts - 1, 20)), policy.longestDelay)
    return full / 2 + full / 2 * min(max(jitter, 0), 1)
  }
}
