/// What the API server keeps about every object, reduced to what a controller acts on.
///
/// `managedFields` is left out on purpose: it is larger than the rest of most objects and decides nothing.
public struct ObjectMetadata: Codable, Hashable, Sendable {
  /// Unique in its namespace and kind.
  public var name: String
  /// Nil for objects of the cluster.
  public var namespace: String?
  /// Tells apart two objects that had the same name one after the other; empty before creation.
  public var uid: String?
  /// Opaque version for optimistic locking; empty before creation.
  public var resourceVersion: String?
  /// Counts changes of the spec.
  public var generation: Int64?
  /// When the API server stored the object.
  public var creationTimestamp: Timestamp?
  /// When deletion was asked for; the object is still there while finalizers or a grace period last.
  public var deletionTimestamp: Timestamp?
  /// Labels, by which lists and watches select.
  public var labels: [String: String]?
  /// Annotations.
  public var annotations: [String: String]?
  /// The objects whose deletion takes this one along.
  public var ownerReferences: [OwnerReference]?
  /// What keeps the object there after its deletion was asked for.
  public var finalizers: [String]?

  /// Creates the metadata of an object that is about to be created.
  public init(
    name: String,
    namespace: String?,
    labels: [String: String]? = nil,
    annotations: [String: String]? = nil,
    ownerReferences: [OwnerReference]? = nil
  ) {
    self.name = name
    self.namespace = namespace
    self.labels = labels
    self.annotations = annotations
    self.ownerReferences = ownerReferences
  }

  /// The key of the object among those of its kind.
  public var key: NamespacedName { NamespacedName(namespace: namespace ?? "", name: name) }
}

/// A reference by which an object is garbage-collected together with its owner.
public struct OwnerReference: Codable, Hashable, Sendable {
  /// Group and version of the owner, as in `satis.dev/v1alpha1`.
  public var apiVersion: String
  /// Kind of the owner.
  public var kind: String
  /// Name of the owner, in the same namespace.
  public var name: String
  /// The owner's uid: a later object of the same name is no owner.
  public var uid: String
  /// Whether this owner is the one controller of the object.
  public var controller: Bool?
  /// Whether a foreground deletion of the owner waits for this object.
  public var blockOwnerDeletion: Bool?

  /// Creates a reference to the controller of an object.
  public init(apiVersion: String, kind: String, name: String, uid: String) {
    self.apiVersion = apiVersion
    self.kind = kind
    self.name = name
    self.uid = uid
    controller = true
    // Left out: setting it asks for the right to update the owner's finalizers.
    blockOwnerDeletion = nil
  }
}

/// The name of an object and of the namespace it lives in.
public struct NamespacedName: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The namespace; empty for objects of the cluster.
  public var namespace: String
  /// The name within the namespace.
  public var name: String

  /// Creates a key.
  public init(namespace: String, name: String) {
    self.namespace = namespace
    self.name = name
  }

  /// `namespace/name`, as kubectl and logs write it.
  public var description: String { namespace.isEmpty ? name : "\(namespace)/\(name)" }

  /// By namespace, then by name.
  public static func < (left: Self, right: Self) -> Bool {
    (left.namespace, left.name) < (right.namespace, right.name)
  }
}
