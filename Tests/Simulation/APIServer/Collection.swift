import ControllerRuntime
import KubernetesClient

/// The objects of one kind on the simulated server, with everything a watch may still want to know.
final class Collection<Object: KubernetesObject> {
  private(set) var objects: [NamespacedName: Object] = [:]
  /// In order, so that nothing depends on the order of a hash table and nothing is sorted again with each look.
  private var keys: [NamespacedName] = []
  private(set) var history: [WatchUpdate<Object>] = []
  /// Called after each change.
  var changed: (WatchUpdate<Object>) -> Void = { _ in }

  /// By key.
  var sorted: [Object] { keys.compactMap { objects[$0] } }

  subscript(key: NamespacedName) -> Object? { objects[key] }

  func store(_ object: Object) {
    if objects.updateValue(object, forKey: object.key) == nil {
      keys.insert(object.key, at: place(of: object.key))
    }
    history.append(.applied(object))
    changed(.applied(object))
  }

  func remove(_ object: Object, version: UInt64) {
    if objects.removeValue(forKey: object.key) != nil { keys.remove(at: place(of: object.key)) }
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
    return list.keys.sorted().compactMap { list[$0] }
  }

  /// Where a key is, or would be.
  private func place(of key: NamespacedName) -> Int {
    var range = 0..<keys.count
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      range = keys[middle] < key ? middle + 1..<range.upperBound : range.lowerBound..<middle
    }
    return range.lowerBound
  }
}
