/// What a list has brought so far: by key, since a streaming list may tell of an object several times.
struct CollectedObjects<Object: KubernetesObject>: Sendable {
  private var entries: [NamespacedName: Entry] = [:]
  /// Objects whose names cannot be read have no key that tells them apart.
  private var nameless: [UnreadableObject] = []

  private enum Entry: Sendable {
    case object(Object)
    case unreadable(UnreadableObject)
  }

  mutating func add(_ object: Object) {
    entries[object.key] = .object(object)
  }

  mutating func add(_ object: UnreadableObject) {
    if object.key.name.isEmpty {
      nameless.append(object)
    } else {
      entries[object.key] = object.isDeleted ? nil : .unreadable(object)
    }
  }

  mutating func remove(_ key: NamespacedName) {
    entries[key] = nil
  }

  /// The whole content of the store, in the order of the keys.
  var update: WatchUpdate<Object> {
    var objects: [Object] = []
    var unreadable: [UnreadableObject] = []
    for (_, entry) in entries.sorted(by: { $0.key < $1.key }) {
      switch entry {
      case .object(let object): objects.append(object)
      case .unreadable(let object): unreadable.append(object)
      }
    }
    return .replaced(objects, unreadable: unreadable + nameless)
  }
}
