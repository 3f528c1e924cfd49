public import Metrics

/// Whether this process leads, under the name that client-go has for it.
public struct LeaderElectionMetrics: Sendable {
  /// The metrics of every election.
  public static let descriptions: [MetricDescription] = [
    .gauge(
      "leader_election_master_status", "1 while this process leads, 0 while it stands by.", labels: ["name"])
  ]

  private let status: Meter

  /// Creates the metric at zero.
  ///
  /// - Parameters:
  ///   - name: the Lease's name.
  ///   - factory: as a rule a `MetricsRegistry`.
  public init(name: String, factory: any MetricsFactory) {
    status = Meter(label: "leader_election_master_status", dimensions: [("name", name)], factory: factory)
    status.set(0)
  }

  /// Says whether this process leads.
  public func set(isLeader: Bool) {
    status.set(isLeader ? 1 : 0)
  }
}
