/// A Job, reduced to what tells whether its work is done.
public struct Job: KubernetesObject {
  /// Where the kind is served.
  public static let resourceType = ResourceType(group: "batch", version: "v1", kind: "Job", plural: "jobs")

  /// Name, version, labels and owners.
  public var metadata: ObjectMetadata
  /// What the Job controller saw.
  public var status: Status?

  /// What the Job controller saw of a Job.
  public struct Status: Codable, Hashable, Sendable {
    /// `Complete` or `Failed` with status `True` ends the Job.
    public var conditions: [JobCondition]?
    /// When the Job controller first handled the Job.
    public var startTime: Timestamp?
    /// When the Job completed; set on success only.
    public var completionTime: Timestamp?
    /// Pods that run or wait.
    public var active: Int?

    /// Creates a status.
    public init(conditions: [JobCondition]? = nil, startTime: Timestamp? = nil, active: Int? = nil) {
      self.conditions = conditions
      self.startTime = startTime
      self.active = active
    }
  }

  /// A condition of a Job.
  public struct JobCondition: Codable, Hashable, Sendable {
    /// Such as `Complete`, `Failed` or `Suspended`.
    public var type: String
    /// `True`, `False` or `Unknown`.
    public var status: String
    /// Why, in one word.
    public var reason: String?
    /// Why, in a sentence.
    public var message: String?

    /// Creates a condition.
    public init(type: String, status: String, reason: String? = nil, message: String? = nil) {
      self.type = type
      self.status = status
      self.reason = reason
      self.message = message
    }
  }

  /// Creates a Job value.
  public init(metadata: ObjectMetadata, status: Status? = nil) {
    self.metadata = metadata
    self.status = status
  }

  /// The condition that ended the Job; nil while it is unfinished.
  public var finishedCondition: JobCondition? {
    status?.conditions?.first { ($0.type == "Complete" || $0.type == "Failed") && $0.status == "True" }
  }
}

/// A pod, reduced to where it runs and how its containers ended.
public struct Pod: KubernetesObject {
  /// Where the kind is served.
  public static let resourceType = ResourceType(group: "", version: "v1", kind: "Pod", plural: "pods")

  /// Name, version, labels and owners.
  public var metadata: ObjectMetadata
  /// Where the pod runs, and for how long.
  public var spec: Spec?
  /// What the scheduler and the kubelet reported.
  public var status: Status?

  /// What was asked of a pod, reduced to what a controller follows.
  public struct Spec: Codable, Hashable, Sendable {
    /// The node that the scheduler chose; nil before.
    public var nodeName: String?
    /// Seconds from the pod's start after which the kubelet ends it; it may be lowered while the pod runs.
    public var activeDeadlineSeconds: Int64?

    /// Creates a spec.
    public init(nodeName: String? = nil, activeDeadlineSeconds: Int64? = nil) {
      self.nodeName = nodeName
      self.activeDeadlineSeconds = activeDeadlineSeconds
    }
  }

  /// What the scheduler and the kubelet reported of a pod.
  public struct Status: Codable, Hashable, Sendable {
    /// `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`.
    public var phase: String?
    /// Why, when the pod as a whole ended, such as `Evicted` or `DeadlineExceeded`.
    public var reason: String?
    /// The same in a sentence.
    public var message: String?
    /// When the kubelet took the pod on.
    public var startTime: Timestamp?
    /// Conditions such as `PodScheduled`.
    public var conditions: [Job.JobCondition]?
    /// One entry a container.
    public var containerStatuses: [ContainerStatus]?

    /// Creates a status.
    public init(phase: String?, containerStatuses: [ContainerStatus]? = nil) {
      self.phase = phase
      self.containerStatuses = containerStatuses
    }
  }

  /// How one container of a pod fares.
  public struct ContainerStatus: Codable, Hashable, Sendable {
    /// The container's name.
    public var name: String
    /// One of waiting, running and terminated.
    public var state: ContainerState?

    /// Creates a container's status.
    public init(name: String, state: ContainerState?) {
      self.name = name
      self.state = state
    }
  }

  /// The state of a container.
  public struct ContainerState: Codable, Hashable, Sendable {
    /// Why the container does not run yet.
    public var waiting: Waiting?
    /// Since when the container runs.
    public var running: Running?
    /// How the container ended.
    public var terminated: Terminated?

    /// Creates a state.
    public init(waiting: Waiting? = nil, running: Running? = nil, terminated: Terminated? = nil) {
      self.waiting = waiting
      self.running = running
      self.terminated = terminated
    }
  }

  /// Since when a container runs.
  public struct Running: Codable, Hashable, Sendable {
    /// When it started.
    public var startedAt: Timestamp?

    /// Creates a running state.
    public init(startedAt: Timestamp? = nil) {
      self.startedAt = startedAt
    }
  }

  /// Why a container does not run yet.
  public struct Waiting: Codable, Hashable, Sendable {
    /// In one word, such as `ContainerCreating` or `ImagePullBackOff`.
    public var reason: String?
    /// In a sentence.
    public var message: String?

    /// Creates a waiting state.
    public init(reason: String?, message: String? = nil) {
      self.reason = reason
      self.message = message
    }
  }

  /// How a container ended.
  public struct Terminated: Codable, Hashable, Sendable {
    /// The exit code; 128 + n for signal n.
    public var exitCode: Int
    /// Such as `Completed`, `Error` or `OOMKilled`.
    public var reason: String?
    /// The termination message, at most 4,096 bytes.
    public var message: String?
    /// When the container started.
    public var startedAt: Timestamp?
    /// When it ended.
    public var finishedAt: Timestamp?

    /// Creates a terminated state.
    public init(
      exitCode: Int,
      reason: String? = nil,
      message: String? = nil,
      startedAt: Timestamp? = nil,
      finishedAt: Timestamp? = nil
    ) {
      self.exitCode = exitCode
      self.reason = reason
      self.message = message
      self.startedAt = startedAt
      self.finishedAt = finishedAt
    }
  }

  /// Creates a pod value.
  public init(metadata: ObjectMetadata, spec: Spec? = nil, status: Status? = nil) {
    self.metadata = metadata
    self.spec = spec
    self.status = status
  }

  /// Whether every container has ended for good.
  public var isFinished: Bool { status?.phase == "Succeeded" || status?.phase == "Failed" }
}

/// A ConfigMap's text entries.
public struct ConfigMap: KubernetesObject {
  /// Where the kind is served.
  public static let resourceType = ResourceType(
    group: "", version: "v1", kind: "ConfigMap", plural: "configmaps")

  /// Name, version, labels and owners.
  public var metadata: ObjectMetadata
  /// Text by key.
  public var data: [String: String]?
  /// Whether the server refuses every change of `data`.
  public var immutable: Bool?

  /// Creates a ConfigMap value.
  public init(metadata: ObjectMetadata, data: [String: String], immutable: Bool? = nil) {
    self.metadata = metadata
    self.data = data
    self.immutable = immutable
  }
}

/// A Secret's entries.
public struct Secret: KubernetesObject {
  /// Where the kind is served.
  public static let resourceType = ResourceType(group: "", version: "v1", kind: "Secret", plural: "secrets")

  /// Name, version, labels and owners.
  public var metadata: ObjectMetadata
  /// Bytes by key.
  public var data: [String: Base64Data]?
  /// Whether the server refuses every change of `data`.
  public var immutable: Bool?

  /// Creates a Secret value.
  public init(metadata: ObjectMetadata, data: [String: Base64Data], immutable: Bool? = nil) {
    self.metadata = metadata
    self.data = data
    self.immutable = immutable
  }
}
