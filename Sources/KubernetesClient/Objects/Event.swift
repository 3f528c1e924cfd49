/// What happened to an object, for people who look at it (`kubectl describe`).
///
/// Served as `events.k8s.io/v1` since Kubernetes 1.19.
public struct Event: KubernetesObject, Hashable {
  /// Where the kind is served.
  public static let resourceType = ResourceType(
    group: "events.k8s.io", version: "v1", kind: "Event", plural: "events")

  /// Name and namespace; the namespace is that of the object.
  public var metadata: ObjectMetadata
  /// When it happened first; missing in events of the old kind.
  public var eventTime: MicroTime?
  /// How often it happened since, where more than once.
  public var series: Series?
  /// The controller's name, qualified by a domain.
  public var reportingController: String?
  /// Which of the controller's processes, at most 128 bytes.
  public var reportingInstance: String?
  /// What the controller did, or failed to do, in one word, at most 128 bytes.
  public var action: String?
  /// Why, in one word, at most 128 bytes.
  public var reason: String?
  /// The object.
  public var regarding: ObjectReference?
  /// A sentence, at most 1,024 bytes.
  public var note: String?
  /// How serious it is.
  public var type: Kind?

  /// How serious an event is.
  public enum Kind: String, Codable, Hashable, Sendable {
    /// Nothing has to be done.
    case normal = "Normal"
    /// Somebody should look.
    case warning = "Warning"
  }

  /// A series of equal events.
  public struct Series: Codable, Hashable, Sendable {
    /// How many, at least 2.
    public var count: Int
    /// When the last of them happened.
    public var lastObservedTime: MicroTime

    /// Describes a series.
    public init(count: Int, lastObservedTime: MicroTime) {
      self.count = count
      self.lastObservedTime = lastObservedTime
    }
  }

  /// Creates an event that has happened once.
  public init(
    metadata: ObjectMetadata, eventTime: MicroTime, reportingController: String, reportingInstance: String,
    type: Kind, reason: String, action: String, note: String, regarding: ObjectReference
  ) {
    self.metadata = metadata
    self.eventTime = eventTime
    self.reportingController = reportingController
    self.reportingInstance = reportingInstance
    self.type = type
    self.reason = reason
    self.action = action
    self.note = note
    self.regarding = regarding
  }
}

/// Which object something is about.
public struct ObjectReference: Codable, Hashable, Sendable {
  /// Group and version, as in `satis.dev/v1alpha1`.
  public var apiVersion: String?
  /// The kind.
  public var kind: String?
  /// The namespace; nil for objects of the cluster.
  public var namespace: String?
  /// The name.
  public var name: String?
  /// Tells the object from others of the same name.
  public var uid: String?

  /// Refers to an object.
  public init(apiVersion: String, kind: String, namespace: String?, name: String, uid: String?) {
    self.apiVersion = apiVersion
    self.kind = kind
    self.namespace = namespace
    self.name = name
    self.uid = uid
  }

  /// Refers to an object.
  public init<Object: KubernetesObject>(_ object: Object) {
    self.init(
      apiVersion: Object.resourceType.apiVersion, kind: Object.resourceType.kind,
      namespace: object.metadata.namespace, name: object.metadata.name, uid: object.metadata.uid)
  }
}
