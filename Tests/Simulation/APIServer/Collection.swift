import ControllerRuntime
import KubernetesClient

/// The objects of one kind on the simulated server, with everything a watch may still want to know.
final class Collection<Object: KubernetesObject> {
  private(set) var objects: [NamespacedName: Object] = [:]
  private(set) var history: [WatchUpdate<Object>] = []
  /// Called after each change.
  var changed: (WatchUpdate<Object>) -> Void = { _ in }

  /// By key, so that nothing depends on the order of a hash table.
  var sorted: [Object] { objects.values.sorted { $0.key < $1.key } }

  subscript(key: NamespacedName) -> Object? { objects[key] }

  func store(_ object: Object) {
    objects[object.key] = object
    history.append(.applied(object))
    changed(.applied(object))
  }

  func remove(_ object: Object, version: UInt64) {
    objects[object.key] = nil
    var last = object
    last.metadata.resourceVersion = String(version)
    history.append(.deleted(last))
    changed(.deleted(last))
  }

  /// The list as it was after so many changes.
  func list(after count: Int) -> [Object] {
    guard count < history.count else { return sorted }
    var list: [NamespacedName: Object] = [:]
    for change in history.prefix(count) {
      switch change {
      case .applied(let object): list[object.key] = object
      case .deleted(let object): list[object.key] = nil
      default: break
      }
    }
    return list.values.sorted { $0.key < $1.key }
  }
}
