/// The decisions of a list and watch, without I/O: which request comes next, and what the store has to do.
///
/// It follows client-go's reflector: get the collection, as a stream where the server can and else in pages, watch
/// from its version, and get it afresh when that version has expired. A driver performs `next` and reports what
/// came of it.
struct WatchState<Object: KubernetesObject>: Sendable {
  typealias Instant = ContinuousClock.Instant

  /// What the driver does next.
  enum Step: Equatable, Sendable {
    /// Ask for a page of the list: the first one, not older than a version if there is one, or a further one.
    case list(notOlderThan: String?, continueToken: String?)
    /// Ask for a watch that begins with all the objects there are.
    case stream(notOlderThan: String?)
    /// Watch from this version on.
    case watch(resourceVersion: String)
    /// Wait this long and look at `next` again.
    case wait(Duration)
  }

  private enum Phase {
    case listing(continueToken: String?)
    /// - `isOpen`: the server has begun to answer.
    case streaming(isOpen: Bool)
    case watching(resourceVersion: String)
  }

  private var phase: Phase
  /// What the list has brought so far.
  private var collected = CollectedObjects<Object>()
  private var backoff = Backoff()
  private var pendingDelay: Duration?
  /// The last version that was seen; a fresh list must not be older, or the store would go back in time.
  private var lastVersion: String?
  /// The server does not know that version: after a restore it may even be ahead of all that there is.
  private var lastVersionIsGone = false
  /// Whether the watch before this one was refused or could not be read, without an event in between.
  private var wasInVain = false
  /// Whether the server is asked for streaming lists; false as soon as it turns out to have none.
  private(set) var streamsLists: Bool

  init(streamsLists: Bool) {
    self.streamsLists = streamsLists
    phase = streamsLists ? .streaming(isOpen: false) : .listing(continueToken: nil)
  }

  var next: Step {
    if let pendingDelay { return .wait(pendingDelay) }
    let version = lastVersionIsGone ? nil : lastVersion
    switch phase {
    // The token stands for a version already.
    case .listing(let token):
      return .list(notOlderThan: token == nil ? version ?? anyVersion : nil, continueToken: token)
    case .streaming: return .stream(notOlderThan: version)
    case .watching(let version): return .watch(resourceVersion: version)
    }
  }

  /// The first list takes what the server has in its memory: as client-go found out, reading thousands of objects
  /// from the storage takes a multiple of the time, and the watch tells at once what has changed since.
  private var anyVersion: String? { lastVersionIsGone ? nil : "0" }

  /// Whether a request that is not over yet may go on.
  var isStreaming: Bool {
    switch phase {
    case .streaming, .watching: true
    case .listing: false
    }
  }

  mutating func waited() {
    pendingDelay = nil
  }

  // MARK: - What comes

  /// Takes in a page; the last one replaces the content of the store.
  mutating func listed(_ page: ObjectList<Object>) -> WatchUpdate<Object>? {
    guard case .listing = phase else { return nil }
    for object in page.items { collected.add(object) }
    for object in page.unreadable { collected.add(object) }
    if let token = page.continueToken, !token.isEmpty {
      phase = .listing(continueToken: token)
      return nil
    }
    return watch(from: page.resourceVersion)
  }

  /// The server has begun to answer the request for a stream.
  mutating func opened() {
    if case .streaming = phase { phase = .streaming(isOpen: true) }
  }

  /// Takes in an event of the watch.
  mutating func received(_ event: WatchEvent<Object>) -> WatchUpdate<Object>? {
    switch phase {
    case .listing: nil
    case .streaming: collect(event)
    case .watching(let version): follow(event, after: version)
    }
  }

  private mutating func collect(_ event: WatchEvent<Object>) -> WatchUpdate<Object>? {
    switch event {
    case .applied(let object): collected.add(object)
    case .deleted(let object): collected.remove(object.key)
    case .unreadable(let object, _): collected.add(object)
    case .failure: break
    case .bookmark(let version, true): return watch(from: version)
    case .bookmark(_, false):
      // Bookmarks come only after the initial events: the server did not understand that those were asked for.
      giveUpStreaming()
    }
    return nil
  }

  private mutating func follow(
    _ event: WatchEvent<Object>, after known: String
  ) -> WatchUpdate<Object>? {
    var isKnown = false
    if let version = event.resourceVersion, !version.isEmpty {
      isKnown = ResourceVersion.isKnown(version, at: known)
      if !isKnown {
        phase = .watching(resourceVersion: version)
        lastVersion = version
      }
      wasInVain = false
    }
    return switch event {
    // Servers may tell again what a watch before this one has told.
    case .applied(let object): isKnown ? nil : .applied(object)
    case .unreadable(let object, _): isKnown ? nil : .unreadable(object)
    // Harmless when told twice, and fatal when missed where a server gives it the version of the last change.
    case .deleted(let object): .deleted(object)
    case .bookmark, .failure: nil
    }
  }

  // MARK: - What goes wrong

  /// The request of the last step failed, or the watch told of a failure.
  ///
  /// - Parameter jitter: a random number from 0 up to 1.
  mutating func failed(_ error: KubernetesError, at now: Instant, jitter: Double) {
    let asksFromVersion = lastVersion != nil && !lastVersionIsGone
    // A server that is busy, or not there, is not made busier by another kind of request.
    let isRefusal = error.status.map { $0.code != 429 && $0.code != 503 } ?? false
    switch phase {
    case .streaming(let isOpen):
      if error.isInvalid || (isOpen && error.isTimeout) {
        // It does not know the parameters, or it ignores them and has nothing more to tell.
        giveUpStreaming()
        return
      }
      if error.isBeyondVersion, asksFromVersion { return beginAgainFromNone() }
      begin()
      // A list in pages is plainer than a stream, and gets through where something between here and the server
      // does not understand the other. A server that is not there has not been asked yet.
      if isOpen || isRefusal { list() }
    case .listing(let token):
      if error.isBeyondVersion, token == nil, asksFromVersion { return beginAgainFromNone() }
      // What was collected belongs to a version that is gone, or to a token that this server does not know.
      if error.isExpired || (isRefusal && token != nil) { begin() }
    case .watching:
      // What goes wrong twice in this way may do so from this version for ever.
      let isInVain = isRefusal || error.isUnreadable
      if error.isExpired || (isInVain && wasInVain) {
        begin()
      } else {
        wasInVain = isInVain
      }
    }
    pendingDelay = backoff.delay(at: now, jitter: jitter, atLeast: error.retryAfter)
  }

  /// The request ended the way watches end, by the time limit that it set.
  ///
  /// - Parameter early: it ended at once and without an event, which is treated as a failure: a proxy that
  ///   closes every watch must not be asked in a tight loop.
  mutating func ended(early: Bool, at now: Instant, jitter: Double) {
    if case .streaming = phase {
      // Nothing says that all objects have come. Pages will, whatever is between here and the server.
      list()
    }
    if early { pendingDelay = backoff.delay(at: now, jitter: jitter) }
  }

  /// Another watch has found out that the server has no streaming lists.
  mutating func giveUpStreaming() {
    streamsLists = false
    if case .streaming = phase { list() }
  }

  /// All objects have come: the store takes them, and the watch goes on from their version.
  private mutating func watch(from version: String) -> WatchUpdate<Object> {
    defer { collected = CollectedObjects() }
    phase = .watching(resourceVersion: version)
    lastVersion = version
    lastVersionIsGone = false
    wasInVain = false
    return collected.update
  }

  private mutating func begin() {
    wasInVain = false
    collected = CollectedObjects()
    phase = streamsLists ? .streaming(isOpen: false) : .listing(continueToken: nil)
  }

  private mutating func list() {
    collected = CollectedObjects()
    phase = .listing(continueToken: nil)
  }

  private mutating func beginAgainFromNone() {
    lastVersionIsGone = true
    begin()
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
  /// An object is there that does not fit its type, or was.
  case unreadable(UnreadableObject)
}
