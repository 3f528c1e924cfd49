public import KubernetesClient

extension SatisRepository {
  /// What the pods of builds have beside what the operator gives them.
  ///
  /// A closed list: what is not here, security contexts above all, is the operator's alone. The fields have the names
  /// and the form that they have in a pod, but for a volume, which says itself where the container sees it.
  public struct PodTemplate: Codable, Hashable, Sendable {
    /// What the container that runs Satis asks for, and what it gets at most.
    public var resources: Resources?
    /// Labels that a node must have.
    public var nodeSelector: [String: String]?
    /// Rules about nodes and other pods, handed on as they are.
    public var affinity: JSONValue?
    /// Taints of nodes that do not keep the pod away.
    public var tolerations: [Toleration]?
    /// The PriorityClass.
    public var priorityClassName: String?
    /// Further labels of the pod.
    public var labels: [String: String]?
    /// Further annotations of the pod.
    public var annotations: [String: String]?
    /// Further volumes of the container that runs Satis.
    public var volumes: [Volume]?

    /// Creates a template that asks for nothing.
    public init() {}
  }
}

extension SatisRepository.PodTemplate {
  /// What a container asks for and gets at most.
  public struct Resources: Codable, Hashable, Sendable {
    /// What a node must have left.
    public var requests: Amounts?
    /// What the container gets at most; one that takes more memory is killed.
    public var limits: Amounts?

    /// Creates resources.
    public init(requests: Amounts? = nil, limits: Amounts? = nil) {
      self.requests = requests
      self.limits = limits
    }
  }

  /// Amounts of what a node has.
  public struct Amounts: Codable, Hashable, Sendable {
    /// Cores.
    public var cpu: Quantity?
    /// Bytes of memory.
    public var memory: Quantity?
    /// Bytes on the node's own disk: logs and emptyDir volumes.
    public var ephemeralStorage: Quantity?

    private enum CodingKeys: String, CodingKey {
      case cpu
      case memory
      case ephemeralStorage = "ephemeral-storage"
    }

    /// Creates amounts.
    public init(cpu: Quantity? = nil, memory: Quantity? = nil, ephemeralStorage: Quantity? = nil) {
      self.cpu = cpu
      self.memory = memory
      self.ephemeralStorage = ephemeralStorage
    }

    /// The amounts that are given, by the names that Kubernetes has for them.
    public var byName: [String: Quantity] {
      ["cpu": cpu, "memory": memory, "ephemeral-storage": ephemeralStorage].compactMapValues(\.self)
    }
  }

  /// A taint that does not keep the pod away.
  public struct Toleration: Codable, Hashable, Sendable {
    /// The taint's key; every taint when left out.
    public var key: String?
    /// How key and value are compared; `Equal` when left out.
    public var `operator`: Operator?
    /// The taint's value, for `Equal`.
    public var value: String?
    /// The taint's effect; every effect when left out.
    public var effect: Effect?
    /// Seconds that the pod stays when the taint comes while it runs; for ever when left out.
    public var tolerationSeconds: Int64?

    /// Creates a toleration.
    public init(
      key: String? = nil, operator: Operator? = nil, value: String? = nil, effect: Effect? = nil,
      tolerationSeconds: Int64? = nil
    ) {
      self.key = key
      self.operator = `operator`
      self.value = value
      self.effect = effect
      self.tolerationSeconds = tolerationSeconds
    }

    /// How a taint is compared.
    public enum Operator: String, Codable, Hashable, Sendable {
      /// Key and value.
      case equal = "Equal"
      /// The key alone.
      case exists = "Exists"
    }

    /// What a taint does to pods.
    public enum Effect: String, Codable, Hashable, Sendable {
      /// No new ones come.
      case noSchedule = "NoSchedule"
      /// New ones come where there is no better node.
      case preferNoSchedule = "PreferNoSchedule"
      /// Those that are there have to go.
      case noExecute = "NoExecute"
    }
  }

  /// A volume, of exactly one of the four sources, and where the container sees it.
  public struct Volume: Codable, Hashable, Sendable {
    /// Unique in the pod.
    public var name: String
    /// Files from a ConfigMap.
    public var configMap: LocalReference?
    /// Files from a Secret.
    public var secret: SecretVolume?
    /// A directory that goes with the pod.
    public var emptyDir: EmptyDirectory?
    /// A volume that stays.
    public var persistentVolumeClaim: ClaimVolume?
    /// Where the container sees it: absolute.
    public var mountPath: String
    /// A file or directory of the volume, which alone is seen there; all of the volume when left out.
    public var subPath: String?
    /// Whether the container cannot write to it; it can when left out.
    public var readOnly: Bool?

    /// Creates a volume without a source.
    public init(name: String, mountPath: String, subPath: String? = nil, readOnly: Bool? = nil) {
      self.name = name
      self.mountPath = mountPath
      self.subPath = subPath
      self.readOnly = readOnly
    }
  }

  /// The Secret of a volume.
  public struct SecretVolume: Codable, Hashable, Sendable {
    /// The Secret's name.
    public var secretName: String

    /// Names a Secret.
    public init(secretName: String) {
      self.secretName = secretName
    }
  }

  /// A directory that goes with the pod.
  public struct EmptyDirectory: Codable, Hashable, Sendable {
    /// Where it is; on the node's disk when left out.
    public var medium: Medium?
    /// The most it may hold, in bytes.
    public var sizeLimit: Quantity?

    /// Creates a directory.
    public init(medium: Medium? = nil, sizeLimit: Quantity? = nil) {
      self.medium = medium
      self.sizeLimit = sizeLimit
    }

    /// Where a directory is.
    public enum Medium: String, Codable, Hashable, Sendable {
      /// In memory, which counts towards the container's limit.
      case memory = "Memory"
    }
  }

  /// The claim of a volume.
  public struct ClaimVolume: Codable, Hashable, Sendable {
    /// The PersistentVolumeClaim.
    public var claimName: String

    /// Names a claim.
    public init(claimName: String) {
      self.claimName = claimName
    }
  }
}
