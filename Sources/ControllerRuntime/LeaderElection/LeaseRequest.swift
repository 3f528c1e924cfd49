import KubernetesClient

/// A request on the Lease.
enum LeaseRequest: Hashable, Sendable {
  case read
  case create(Lease.Spec)
  /// Writes these fields if the Lease still has this version.
  case update(Lease.Spec, resourceVersion: String)

  /// What it writes; nil for none.
  var spec: Lease.Spec? {
    switch self {
    case .read: nil
    case .create(let spec), .update(let spec, _): spec
    }
  }
}

/// How a request on the Lease ended.
enum LeaseAnswer: Hashable, Sendable {
  /// The Lease as it is, or as it was written.
  case found(LeaseRecord)
  /// There is no Lease.
  case absent
  /// Another write came first.
  case conflict
  /// No answer, or none that helps. A write may have been carried out all the same, or still will be.
  case failed
}
