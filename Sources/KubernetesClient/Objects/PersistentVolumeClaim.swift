/// A claim on a volume, reduced to what says whether and how pods can mount it.
public struct PersistentVolumeClaim: KubernetesObject {
  /// Where the kind is served.
  public static let resourceType = ResourceType(
    group: "", version: "v1", kind: "PersistentVolumeClaim", plural: "persistentvolumeclaims")

  /// Name, version, labels and owners.
  public var metadata: ObjectMetadata
  /// What is asked of the volume.
  public var spec: Spec?
  /// The volume that was found.
  public var status: Status?

  /// What is asked of a volume.
  public struct Spec: Codable, Hashable, Sendable {
    /// How the volume is to be mounted, as in `ReadWriteOnce`.
    public var accessModes: [String]?

    /// Creates a spec.
    public init(accessModes: [String]? = nil) {
      self.accessModes = accessModes
    }
  }

  /// What became of a claim.
  public struct Status: Codable, Hashable, Sendable {
    /// `Pending`, `Bound`, or `Lost` when the volume is no more.
    public var phase: String?
    /// How the volume that was found can be mounted, which may be in more ways than were asked for.
    public var accessModes: [String]?

    /// Creates a status.
    public init(phase: String? = nil, accessModes: [String]? = nil) {
      self.phase = phase
      self.accessModes = accessModes
    }
  }

  /// Creates a claim value.
  public init(metadata: ObjectMetadata, spec: Spec? = nil, status: Status? = nil) {
    self.metadata = metadata
    self.spec = spec
    self.status = status
  }
}
