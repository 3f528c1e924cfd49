/// Where a kind of object is served: the parts of its URL and the names by which messages call it.
public struct ResourceType: Hashable, Sendable {
  /// API group; empty for the core group.
  public var group: String
  /// Version within the group, as in `v1`.
  public var version: String
  /// The kind, as in `Job`.
  public var kind: String
  /// The plural under which the API serves it, as in `jobs`.
  public var plural: String

  /// Names a namespaced resource.
  public init(group: String, version: String, kind: String, plural: String) {
    self.group = group
    self.version = version
    self.kind = kind
    self.plural = plural
  }

  /// Group and version as objects carry them: `batch/v1`, or `v1` for the core group.
  public var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

  /// Path of the collection in a namespace, or in all of them.
  func path(namespace: String?) -> String {
    let root = group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)"
    guard let namespace, !namespace.isEmpty else { return "\(root)/\(plural)" }
    return "\(root)/namespaces/\(namespace.percentEncoded)/\(plural)"
  }
}

/// A kind of object that the client reads and writes.
///
/// A conforming type holds the fields that somebody acts on; what it leaves out is not lost on the server,
/// since the client writes patches and never replaces an object.
public protocol KubernetesObject: Codable, Sendable {
  /// Where this kind is served.
  static var resourceType: ResourceType { get }
  /// Whether the server may leave out everything but the metadata; false unless a type says otherwise.
  static var isMetadataOnly: Bool { get }
  /// Name, version, labels and owners.
  var metadata: ObjectMetadata { get set }
}

extension KubernetesObject {
  /// Whether the server may leave out everything but the metadata.
  public static var isMetadataOnly: Bool { false }

  /// The key of the object among those of its kind.
  public var key: NamespacedName { metadata.key }
}

/// One page of a list.
public struct ObjectList<Object: KubernetesObject>: Sendable {
  /// The objects of this page that could be read.
  public var items: [Object]
  /// Objects of this page that this program does not understand, each with the reason.
  public var unreadable: [UnreadableObject]
  /// The version of the whole list, from which a watch goes on.
  ///
  /// Versions of single items are no substitute.
  public var resourceVersion: String
  /// Where the next page begins; nil on the last one.
  public var continueToken: String?

  /// A page of these.
  public init(
    items: [Object], unreadable: [UnreadableObject] = [], resourceVersion: String = "",
    continueToken: String? = nil
  ) {
    self.items = items
    self.unreadable = unreadable
    self.resourceVersion = resourceVersion
    self.continueToken = continueToken
  }

  /// Whether this list shows all that had been written when another one was made, of whatever kind.
  ///
  /// A storage numbers the writes of all kinds in one row, so a version that is a higher number is the later one. A server
  /// that keeps a kind in a storage of its own (`--etcd-servers-overrides`) has a row for it: then this says no more than
  /// the times at which the lists were asked for.
  public func isAsNew(as other: ObjectList<some KubernetesObject>) -> Bool {
    ResourceVersion.isKnown(other.resourceVersion, at: resourceVersion)
  }
}

/// An object that does not fit its type, reported instead of failing everything beside it.
public struct UnreadableObject: Sendable, Hashable, CustomStringConvertible {
  /// The object's key; empty names when not even the metadata was readable.
  public var key: NamespacedName
  /// Which field is wrong, and how.
  public var problem: String
  /// Whether it is gone, so that an earlier version that could be read is gone as well.
  public var isDeleted = false

  /// Names an object and what is wrong with it.
  public init(key: NamespacedName, problem: String, isDeleted: Bool = false) {
    self.key = key
    self.problem = problem
    self.isDeleted = isDeleted
  }

  /// The text for messages.
  public var description: String { "\(key): \(problem)" }
}
