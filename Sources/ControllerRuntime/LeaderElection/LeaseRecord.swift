import KubernetesClient

/// A version of the Lease, and what is written after it; the same as client-go writes.
struct LeaseRecord: Hashable, Sendable {
  var spec: Lease.Spec
  var version: String

  /// The holder; nil when there is none.
  var holder: String? {
    guard let identity = spec.holderIdentity, !identity.isEmpty else { return nil }
    return identity
  }

  /// The renewal by the holder, or the record of the one that takes over.
  func taken(by identity: String, for duration: Duration, at time: MicroTime) -> Lease.Spec {
    var spec = Lease.Spec.held(by: identity, for: duration, at: time)
    let transitions = self.spec.leaseTransitions ?? 0
    if holder == identity {
      spec.acquireTime = self.spec.acquireTime
      spec.leaseTransitions = transitions
    } else {
      spec.leaseTransitions = transitions + 1
    }
    return spec
  }

  /// The record without a holder.
  func released(at time: MicroTime) -> Lease.Spec {
    Lease.Spec(
      holderIdentity: "", leaseDurationSeconds: 1, acquireTime: time, renewTime: time,
      leaseTransitions: spec.leaseTransitions)
  }
}

extension LeaseRecord {
  init(_ lease: Lease) {
    self.init(spec: lease.spec ?? .init(), version: lease.metadata.resourceVersion ?? "")
  }
}

extension Lease.Spec {
  /// The record of a Lease that is new.
  static func held(by identity: String, for duration: Duration, at time: MicroTime) -> Self {
    Self(
      holderIdentity: identity, leaseDurationSeconds: Int(duration.components.seconds), acquireTime: time,
      renewTime: time, leaseTransitions: 0)
  }
}
