/// The decisions of a list and watch, without I/O: which request comes next, and what the store has to do.
///
/// It follows client-go's reflector: list in pages, watch from the version of the list, list afresh when that
/// version has expired. A driver performs `next` and reports what came of it.
struct WatchState<Object: KubernetesObject>: Sendable {
  /// What the driver does next.
  enum Step: Equatable, Sendable {
    /// Ask for a page of the list; nil for the first one.
    case list(continueToken: String?)
    /// Watch from this version on.
    case watch(resourceVersion: String)
    /// Wait this long and look at `next` again.
    case wait(Duration)
  }

  /// Delay after the first failure and the longest one, doubling in between (client-go's reflector).
  static var firstDelay: Duration { .milliseconds(800) }
  static var longestDelay: Duration { .seconds(30) }

  private enum Phase {
    case listing(collected: [Object], unreadable: [UnreadableObject], continueToken: String?)
    case watching(resourceVersion: String)
  }

  private var phase: Phase = .listing(collected: [], unreadable: [], continueToken: nil)
  private var failures = 0
  private var pendingDelay: Duration?

  init() {}

  var next: Step {
    if let pendingDelay { return .wait(pendingDelay) }
    switch phase {
    case .listing(_, _, let token): return .list(continueToken: token)
    case .watching(let version): return .watch(resourceVersion: version)
    }
  }

  mutating func waited() {
    pendingDelay = nil
  }

  /// Takes in a page; the last one replaces the content of the store.
  mutating func listed(_ page: ObjectList<Object>) -> WatchUpdate<Object>? {
    guard case .listing(let collected, let unreadable, _) = phase else { return nil }
    let objects = collected + page.items
    let problems = unreadable + page.unreadable
    if let token = page.continueToken, !token.isEmpty {
      phase = .listing(collected: objects, unreadable: problems, continueToken: token)
      return nil
    }
    phase = .watching(resourceVersion: page.resourceVersion)
    failures = 0
    return .replaced(objects, unreadable: problems)
  }

  /// Takes in an event of the watch.
  mutating func received(_ event: WatchEvent<Object>) -> WatchUpdate<Object>? {
    guard case .watching = phase else { return nil }
    if let version = event.resourceVersion, !version.isEmpty {
      phase = .watching(resourceVersion: version)
      failures = 0
    }
    switch event {
    case .applied(let object): return .applied(object)
    case .deleted(let object): return .deleted(object)
    case .unreadable(let object, _): return .unreadable(object)
    case .bookmark: return nil
    case .failure: return nil
    }
  }

  /// The request of the last step failed, or the watch reported a failure.
  ///
  /// - Parameter jitter: a random number from 0 up to 1, so that many clients do not come back at once.
  mutating func failed(expired: Bool, jitter: Double) {
    if expired {
      // Also for an expired continue token: what was collected belongs to a version that is gone.
      phase = .listing(collected: [], unreadable: [], continueToken: nil)
    }
    let doubled = Self.firstDelay * (1 << min(failures, 8))
    let delay = min(doubled, Self.longestDelay)
    failures += 1
    pendingDelay = delay * (0.5 + jitter / 2)
  }

  /// The watch ended the way watches end, by the time limit that the request set.
  ///
  /// - Parameter early: it ended at once and without an event, which is treated as a failure: a proxy that
  ///   closes every watch must not be asked in a tight loop.
  mutating func ended(early: Bool, jitter: Double) {
    if early {
      failed(expired: false, jitter: jitter)
    }
  }
}

/// What a store does to be in step with the server.
public enum WatchUpdate<Object: KubernetesObject>: Sendable {
  /// These are all the objects now; whatever else the store holds is gone.
  case replaced([Object], unreadable: [UnreadableObject])
  /// The object is there in this version, new or changed.
  case applied(Object)
  /// The object is gone; its last version.
  case deleted(Object)
  /// An object is there that does not fit its type.
  case unreadable(UnreadableObject)
}
