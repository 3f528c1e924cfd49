import KubernetesClient

/// How many Jobs may run at once over all repositories, and who is next.
///
/// A repository has at most one Job, so first come, first served is fair: whoever had a Job goes behind those that
/// wait. The limit spares the cluster; it is no promise, since two controllers count for themselves while one hands
/// over to the other.
struct JobSlots: Sendable {
  /// Jobs at once; nil for any number.
  let limit: Int?
  private var holders: Set<NamespacedName> = []
  private var waiting: [NamespacedName] = []

  init(limit: Int?) {
    self.limit = limit
  }

  /// Asks for a slot; without one, the repository is in the line from now on.
  mutating func request(_ key: NamespacedName) -> Situation.SlotAnswer {
    guard let limit, !holders.contains(key) else { return .granted }
    if !waiting.contains(key) { waiting.append(key) }
    let free = max(0, limit - holders.count)
    guard waiting.prefix(free).contains(key) else { return .full(limit: limit) }
    waiting.removeAll { $0 == key }
    holders.insert(key)
    return .granted
  }

  /// Takes in whether a repository has a Job, or wants one, and returns who may ask again.
  mutating func settle(_ key: NamespacedName, hasJob: Bool, isWaiting: Bool) -> [NamespacedName] {
    guard let limit else { return [] }
    if hasJob {
      holders.insert(key)
      waiting.removeAll { $0 == key }
      return []
    }
    if !isWaiting { waiting.removeAll { $0 == key } }
    guard holders.remove(key) != nil || !isWaiting else { return [] }
    return Array(waiting.prefix(max(0, limit - holders.count)))
  }
}
