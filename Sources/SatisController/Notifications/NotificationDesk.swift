import Synchronization

/// Remembers which receivers have been told of which build, until the build's status says so.
///
/// In memory only: after a restart everybody is told again whose build does not say that they were.
final class NotificationDesk: Sendable {
  private struct Entry {
    var pending: Set<String> = []
    var done: Set<String> = []
  }

  private let entries = Mutex<[String: Entry]>([:])

  /// The receivers that nobody has begun to tell of a build.
  func open(_ uid: String, _ receivers: [String]) -> Set<String> {
    entries.withLock { entries in
      let known = entries[uid] ?? Entry()
      let new = Set(receivers).subtracting(known.pending).subtracting(known.done)
      entries[uid, default: Entry()].pending.formUnion(new)
      return new
    }
  }

  /// A receiver has been told, or never will be.
  func close(_ uid: String, _ receiver: String) {
    entries.withLock { entries in
      guard entries[uid]?.pending.remove(receiver) != nil else { return }
      entries[uid]?.done.insert(receiver)
    }
  }

  /// A receiver could not be asked; it is begun again.
  func forget(_ uid: String, _ receiver: String) {
    entries.withLock { entries in
      entries[uid]?.pending.remove(receiver)
      // Its Secret may never come, and the build be told nobody any more.
      if let known = entries[uid], known.pending.isEmpty, known.done.isEmpty { entries[uid] = nil }
    }
  }

  /// Whether all receivers of a build have been told.
  func isDone(_ uid: String, _ receivers: [String]) -> Bool {
    entries.withLock { $0[uid]?.done.isSuperset(of: receivers) ?? false }
  }

  /// The build's status says it, or the build is gone.
  func remove(_ uid: String) {
    entries.withLock { $0[uid] = nil }
  }
}
