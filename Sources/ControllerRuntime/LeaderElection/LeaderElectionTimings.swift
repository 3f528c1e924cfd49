/// How long a lease lasts, and how often it is renewed.
///
/// Two leaders at once are ruled out as long as no clock runs faster than another by more than `lease` divided by
/// `renewDeadline`.
public struct LeaderElectionTimings: Hashable, Sendable {
  /// How long others wait after they have seen a renewal; whole seconds.
  public var lease: Duration
  /// How long after its last renewal a leader may work; shorter than the lease.
  public var renewDeadline: Duration
  /// A leader renews this often; others look at least as seldom.
  public var retryPeriod: Duration
  /// Others wait up to this many retry periods longer, at random, so that they do not all come at once.
  public var jitterFactor: Double

  /// The timings of client-go's leader election in Kubernetes' own components.
  public static let standard = Self(
    lease: .seconds(15), renewDeadline: .seconds(10), retryPeriod: .seconds(2), jitterFactor: 1.2)

  /// The longest time that one request may take, so that a leader has a second one before it has to stop.
  var requestLimit: Duration { renewDeadline / 2 }

  /// The pause of a process that does not lead.
  ///
  /// - Parameter jitter: a random number from 0 up to 1.
  func pause(jitter: Double) -> Duration { retryPeriod + retryPeriod * (jitterFactor * jitter) }
}
