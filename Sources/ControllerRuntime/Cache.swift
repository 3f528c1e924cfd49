public import KubernetesClient
import Synchronization

/// The objects of one collection as the watch last showed them, with an index.
///
/// What is read here may be behind the server; whoever decides something final looks at the server itself.
public final class Cache<Object: KubernetesObject>: Sendable {
  private struct State {
    var objects: [NamespacedName: Object] = [:]
    var index: [NamespacedName: Set<NamespacedName>] = [:]
    var isSynced = false
  }

  private let state = Mutex(State())
  private let indexKeys: @Sendable (Object) -> [NamespacedName]

  /// Creates an empty cache.
  ///
  /// - Parameter indexedBy: the keys under which `objects(indexedBy:)` finds an object.
  public init(indexedBy keys: @escaping @Sendable (Object) -> [NamespacedName]) {
    indexKeys = keys
  }

  /// Whether a whole list has arrived.
  public var isSynced: Bool { state.withLock { $0.isSynced } }

  /// Number of objects.
  public var count: Int { state.withLock { $0.objects.count } }

  /// The object of a key.
  public subscript(key: NamespacedName) -> Object? { state.withLock { $0.objects[key] } }

  /// Every object, in no particular order.
  public var objects: [Object] { state.withLock { Array($0.objects.values) } }

  /// How many objects there are of each class; those without one are not counted.
  ///
  /// - Parameter classify: called under the cache's lock, so it only looks at the object.
  public func tally<Class: Hashable & Sendable>(by classify: (Object) -> Class?) -> [Class: Int] {
    state.withLock { state in
      var counts: [Class: Int] = [:]
      for object in state.objects.values {
        if let found = classify(object) { counts[found, default: 0] += 1 }
      }
      return counts
    }
  }

  /// Gathers something of every object, in no particular order.
  ///
  /// - Parameter update: called under the cache's lock, so it only looks at the object.
  public func fold<Result: Sendable>(
    into initial: Result, _ update: (inout Result, Object) -> Void
  ) -> Result {
    state.withLock { state in state.objects.values.reduce(into: initial, update) }
  }

  /// The objects filed under a key, in no particular order.
  public func objects(indexedBy key: NamespacedName) -> [Object] {
    state.withLock { state in
      (state.index[key] ?? []).compactMap { state.objects[$0] }
    }
  }

  /// Takes in an update of the watch and returns the index keys whose content changed.
  public func take(_ update: WatchUpdate<Object>) -> Set<NamespacedName> {
    state.withLock { state in
      switch update {
      case .replaced(let objects, let unreadable):
        return replace(with: objects, keeping: unreadable.map(\.key), &state)
      case .applied(let object):
        // The answer to a write of ours may have been here before the watch's older events.
        if let known = state.objects[object.key], known.isNewer(than: object) { return [] }
        return store(object, &state)
      case .deleted(let object):
        if let known = state.objects[object.key], known.isNewer(than: object) { return [] }
        return remove(object.key, &state)
      case .unreadable(let object):
        // What it was before is the last that is understood of it, until it goes.
        return object.isDeleted ? remove(object.key, &state) : []
      }
    }
  }

  /// Takes in the server's answer to a write, so that the next decision does not have to wait for the watch.
  public func wrote(_ object: Object) {
    state.withLock { state in
      guard let known = state.objects[object.key], !known.isNewer(than: object) else { return }
      _ = store(object, &state)
    }
  }

  /// Takes in that an object is about to be deleted here, so that nobody counts on it before the watch tells.
  public func forget(_ key: NamespacedName) {
    state.withLock { state in _ = remove(key, &state) }
  }

  private func replace(
    with objects: [Object], keeping unreadable: [NamespacedName], _ state: inout State
  ) -> Set<NamespacedName> {
    var changed: Set<NamespacedName> = []
    var gone = Set(state.objects.keys).subtracting(unreadable)
    for object in objects {
      gone.remove(object.key)
      changed.formUnion(store(object, &state))
    }
    for key in gone {
      changed.formUnion(remove(key, &state))
    }
    state.isSynced = true
    return changed
  }

  private func store(_ object: Object, _ state: inout State) -> Set<NamespacedName> {
    let previous = remove(object.key, &state)
    let keys = indexKeys(object)
    state.objects[object.key] = object
    for key in keys { state.index[key, default: []].insert(object.key) }
    return previous.union(keys)
  }

  private func remove(_ key: NamespacedName, _ state: inout State) -> Set<NamespacedName> {
    guard let object = state.objects.removeValue(forKey: key) else { return [] }
    let keys = indexKeys(object)
    for indexKey in keys {
      state.index[indexKey]?.remove(key)
      if state.index[indexKey]?.isEmpty == true { state.index[indexKey] = nil }
    }
    return Set(keys)
  }
}

extension KubernetesObject {
  /// Whether this was written later than another object of the collection.
  ///
  /// Versions of one collection are numbers that grow with every write, so they also tell an object from its
  /// predecessor of the same name. Kubernetes promises so since 1.35 and its storage has always worked that
  /// way. Where they are no numbers, nothing is newer and the last event wins.
  fileprivate func isNewer(than other: Self) -> Bool {
    guard let version = metadata.resourceVersion.flatMap({ UInt64($0) }),
      let otherVersion = other.metadata.resourceVersion.flatMap({ UInt64($0) })
    else { return false }
    return version > otherVersion
  }
}
