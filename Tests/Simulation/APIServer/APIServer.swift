import KubernetesClient
import SatisAPI

@testable import SatisController

/// A Kubernetes API server on values: versions, uids, generations, finalizers, preconditions.
final class APIServer {
  let repositories = Collection<SatisRepository>()
  let builds = Collection<SatisBuild>()
  let jobs = Collection<Job>()
  let pods = Collection<Pod>()
  /// Snapshots with the uid of the repository that owns them.
  var snapshots: [NamespacedName: String] = [:]
  /// Texts of satis.json in ConfigMaps.
  private(set) var configurations: [NamespacedName: String] = [:]
  /// Names of the volume claims that somebody has deleted.
  var missingClaims: Set<String> = []
  /// Called when a ConfigMap changes.
  var configurationChanged: (NamespacedName) -> Void = { _ in }

  private(set) var version: UInt64 = 100
  private var uids = 0
  /// The time for `creationTimestamp`.
  private let clock: () -> Timestamp

  init(clock: @escaping () -> Timestamp) {
    self.clock = clock
  }

  func nextVersion() -> UInt64 {
    version += 1
    return version
  }

  @discardableResult
  func create<Object>(
    _ object: Object, in collection: Collection<Object>
  ) throws(KubernetesError) -> Object {
    guard collection[object.key] == nil else {
      throw .refused(409, "AlreadyExists", "\(Object.resourceType.kind) \(object.key)")
    }
    var object = object
    uids += 1
    let version = nextVersion()
    object.metadata.uid = "uid-\(uids)"
    object.metadata.resourceVersion = String(version)
    object.metadata.generation = 1
    object.metadata.creationTimestamp = clock()
    collection.store(object)
    return object
  }

  /// Changes an object; one that holds a version which is no longer the newest is a conflict.
  @discardableResult
  func change<Object>(
    _ key: NamespacedName, in collection: Collection<Object>, ifVersion wanted: String? = nil,
    isSpec: Bool = false, _ change: (inout Object) -> Void
  ) throws(KubernetesError) -> Object {
    guard var object = collection[key] else {
      throw .refused(404, "NotFound", "\(Object.resourceType.kind) \(key)")
    }
    if let wanted, wanted != object.metadata.resourceVersion {
      throw .refused(409, "Conflict", "\(Object.resourceType.kind) \(key): version \(wanted) is stale")
    }
    change(&object)
    let version = nextVersion()
    object.metadata.resourceVersion = String(version)
    if isSpec { object.metadata.generation = (object.metadata.generation ?? 0) + 1 }
    if object.metadata.deletionTimestamp != nil, object.metadata.finalizers?.isEmpty ?? true,
      !(object is Pod)
    {
      collection.remove(object, version: version)
    } else {
      collection.store(object)
    }
    return object
  }

  /// Deletes an object, or marks it where finalizers keep it.
  func delete<Object>(
    _ key: NamespacedName, in collection: Collection<Object>, ifUID uid: String? = nil
  ) throws(KubernetesError) {
    guard var object = collection[key] else {
      throw .refused(404, "NotFound", "\(Object.resourceType.kind) \(key)")
    }
    if let uid, uid != object.metadata.uid {
      throw .refused(409, "Conflict", "\(Object.resourceType.kind) \(key): the uid is another")
    }
    guard object.metadata.finalizers?.isEmpty ?? true else {
      guard object.metadata.deletionTimestamp == nil else { return }
      object.metadata.deletionTimestamp = clock()
      let version = nextVersion()
      object.metadata.resourceVersion = String(version)
      collection.store(object)
      return
    }
    collection.remove(object, version: nextVersion())
  }

  /// Marks a pod as being deleted; its kubelet removes it.
  func beginDeletion(of pod: NamespacedName, graceSeconds: Int64) {
    _ = try? change(pod, in: pods) { pod in
      pod.metadata.deletionTimestamp = pod.metadata.deletionTimestamp ?? self.clock() + graceSeconds
    }
  }

  /// Writes a ConfigMap with a satis.json; nil deletes it.
  func setConfiguration(_ key: NamespacedName, _ text: String?) {
    configurations[key] = text
    configurationChanged(key)
  }
}

extension KubernetesError {
  /// A refusal by the server.
  static func refused(_ code: Int, _ reason: String, _ message: String) -> Self {
    Self(request: "simulated", cause: .status(.init(code: code, reason: reason, message: message)))
  }
}
