import HeapModule

/// Keys that are due later, each at one time, the earliest in reach.
struct DelayedKeys<Key: Hashable & Sendable, Instant: InstantProtocol>: Sendable {
  struct Entry: Sendable, Comparable {
    let key: Key
    let priority: WorkPriority
    let instant: Instant
    /// Grows with every entry: equal times stay in the order in which they came.
    let number: Int

    static func == (left: Self, right: Self) -> Bool { left.number == right.number }
    static func < (left: Self, right: Self) -> Bool {
      (left.instant, left.number) < (right.instant, right.number)
    }
  }

  private var entries: [Key: Entry] = [:]
  /// With entries that an earlier one of the same key has replaced: a heap gives up its first entry only.
  private var heap: Heap<Entry> = []
  private var count = 0

  init() {}

  /// Entries that are held, replaced ones included.
  var heldEntries: Int { heap.count }

  /// Adds a key; of several times the earliest counts.
  mutating func add(_ key: Key, at instant: Instant, _ priority: WorkPriority) {
    if let known = entries[key], known.instant <= instant { return }
    count += 1
    let entry = Entry(key: key, priority: priority, instant: instant, number: count)
    entries[key] = entry
    heap.insert(entry)
    // A key whose time comes nearer again and again must not fill the memory.
    if heap.count > 2 * entries.count + 64 { heap = Heap(heap.unordered.filter(isCurrent)) }
  }

  /// Takes the earliest key that is due.
  mutating func popDue(at now: Instant) -> Entry? {
    guard let first = next, first <= now, let entry = heap.popMin() else { return nil }
    entries[entry.key] = nil
    return entry
  }

  /// When the next key is due; nil when there is none.
  var next: Instant? {
    mutating get {
      while let first = heap.min, !isCurrent(first) { heap.removeMin() }
      return heap.min?.instant
    }
  }

  private func isCurrent(_ entry: Entry) -> Bool { entries[entry.key] == entry }
}
