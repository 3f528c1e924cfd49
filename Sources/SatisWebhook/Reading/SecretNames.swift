import KubernetesClient
import Synchronization

/// Which Secrets repositories have named: names only, so that they can be read together with the repository the next
/// time instead of after it.
///
/// It holds what exists and nothing else, so that nobody can push it aside by asking for names at random.
final class SecretNames: Sendable {
  private static let limit = 10_000

  private let names = Mutex<[NamespacedName: Set<String>]>([:])

  /// What a repository named when it was last read; nil when that is not known.
  subscript(key: NamespacedName) -> Set<String>? {
    names.withLock { $0[key] }
  }

  /// Notes what a repository names; nil when there is no such repository.
  func note(_ named: Set<String>?, for key: NamespacedName) {
    names.withLock { names in
      // Any other one: it costs its next call one more round.
      if names.count >= Self.limit, names[key] == nil, named != nil { names.remove(at: names.startIndex) }
      names[key] = named
    }
  }
}
