import ControllerRuntime
import KubernetesClient
import Synchronization

/// What a watcher of ConfigMaps tells, held against what it may tell.
final class WatchRecord: Sendable {
  /// Sums over all that was told.
  struct Sum: Sendable {
    fileprivate var versions: [NamespacedName: UInt64] = [:]
    /// How often everything was told.
    fileprivate(set) var lists = 0
    fileprivate(set) var events = 0
    /// Events of versions that had been told before, and objects that were not understood.
    fileprivate(set) var mistakes: [String] = []
  }

  /// What a controller would know.
  let cache = Cache<ConfigMap> { [$0.key] }
  private let told = Mutex(Sum())
  private let updates = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

  var sum: Sum { told.withLock { $0 } }

  /// The objects and their versions, to be compared with those of a list.
  var content: Set<String> { Self.content(cache.objects) }

  static func content(_ objects: [ConfigMap]) -> Set<String> {
    Set(objects.map { "\($0.key) \($0.metadata.resourceVersion ?? "")" })
  }

  func take(_ update: WatchUpdate<ConfigMap>) {
    told.withLock { $0.take(update) }
    _ = cache.take(update)
    updates.continuation.yield()
  }

  /// Returns when the watcher has told enough; one test waits at a time.
  func wait(until isEnough: (Cache<ConfigMap>) -> Bool) async {
    var updates = updates.stream.makeAsyncIterator()
    while !isEnough(cache) {
      guard await updates.next() != nil else { return }
    }
  }

  /// Returns when the watcher has told of an object.
  func wait(for key: NamespacedName) async {
    await wait { $0[key] != nil }
  }
}

extension WatchRecord.Sum {
  fileprivate mutating func take(_ update: WatchUpdate<ConfigMap>) {
    switch update {
    case .replaced(let objects, _):
      lists += 1
      for object in objects { versions[object.key] = max(version(of: object), versions[object.key] ?? 0) }
    case .applied(let object):
      events += 1
      if let known = versions[object.key], version(of: object) <= known {
        mistakes.append("\(object.key) \(version(of: object)) after \(known)")
      }
      versions[object.key] = version(of: object)
    case .deleted: events += 1
    case .unreadable(let object): mistakes.append("\(object)")
    }
  }

  private func version(of object: ConfigMap) -> UInt64 {
    object.metadata.resourceVersion.flatMap { UInt64($0) } ?? 0
  }
}
