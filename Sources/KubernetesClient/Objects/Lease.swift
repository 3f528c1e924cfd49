/// A lock with a holder and a time limit, by which one of several processes becomes the leader.
public struct Lease: KubernetesObject, Hashable {
  /// Where the kind is served.
  public static let resourceType = ResourceType(
    group: "coordination.k8s.io", version: "v1", kind: "Lease", plural: "leases")

  /// Name and version.
  public var metadata: ObjectMetadata
  /// Who holds it; nil is as good as nobody.
  public var spec: Spec?

  /// Who holds a lease, and since when.
  public struct Spec: Codable, Hashable, Sendable {
    /// The holder; nil or empty when there is none.
    public var holderIdentity: String?
    /// How long others have to wait after a renewal, in seconds.
    public var leaseDurationSeconds: Int?
    /// When the holder took it, by the holder's clock.
    public var acquireTime: MicroTime?
    /// When the holder renewed it last, by the holder's clock.
    public var renewTime: MicroTime?
    /// How often it has changed hands.
    public var leaseTransitions: Int?

    /// Describes a lease.
    public init(
      holderIdentity: String? = nil, leaseDurationSeconds: Int? = nil, acquireTime: MicroTime? = nil,
      renewTime: MicroTime? = nil, leaseTransitions: Int? = nil
    ) {
      self.holderIdentity = holderIdentity
      self.leaseDurationSeconds = leaseDurationSeconds
      self.acquireTime = acquireTime
      self.renewTime = renewTime
      self.leaseTransitions = leaseTransitions
    }
  }

  /// Creates a lease.
  public init(metadata: ObjectMetadata, spec: Spec?) {
    self.metadata = metadata
    self.spec = spec
  }
}
