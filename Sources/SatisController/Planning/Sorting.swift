import KubernetesClient
import SatisAPI

extension Sequence {
  /// Sorted by a key that is computed once for each element; equal ones stay in their order.
  ///
  /// The elements themselves are moved once: a build holds dozens of references, and a sort that moves it about costs
  /// more than all comparisons.
  func sorted<Key: Comparable>(on key: (Element) -> Key) -> [Element] {
    let elements = Array(self)
    var places: [(key: Key, index: Int)] = []
    places.reserveCapacity(elements.count)
    for index in elements.indices { places.append((key(elements[index]), index)) }
    places.sort { left, right in
      left.key == right.key ? left.index < right.index : left.key < right.key
    }
    return places.map { elements[$0.index] }
  }
}

/// The place of a build among those of its repository: by creation, then by name.
struct BuildAge: Comparable {
  private let seconds: Int64
  private let name: String

  init(_ build: SatisBuild) {
    // One without a time stamp has not been stored yet, so it is the newest.
    seconds = build.metadata.creationTimestamp?.seconds ?? .max
    name = build.metadata.name
  }

  static func < (left: Self, right: Self) -> Bool {
    left.seconds == right.seconds ? left.name < right.name : left.seconds < right.seconds
  }
}
