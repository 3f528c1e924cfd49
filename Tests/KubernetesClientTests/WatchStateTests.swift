import Testing

@testable import KubernetesClient

@Suite struct WatchStateTests: WatchStateFixture {
  // MARK: - Listing

  @Test func `without streaming lists it begins with the first page of a list`() {
    #expect(listing().next == .list(notOlderThan: "0", continueToken: nil))
  }

  @Test func `a list of one page replaces the store and is watched from the version of the list`() {
    var state = listing()
    #expect(words(state.listed(page(["a", "b"], version: "5"))) == #"replaced ["a", "b"] []"#)
    #expect(state.next == .watch(resourceVersion: "5"))
  }

  @Test func `pages replace the store all at once, when the last one is there`() {
    var state = listing()
    var first = page(["a"], version: "5", next: "t1")
    first.unreadable = [odd]
    #expect(state.listed(first) == nil)
    #expect(state.next == .list(notOlderThan: nil, continueToken: "t1"))
    #expect(state.listed(page(["b"], version: "5", next: "t2")) == nil)
    // Servers send an empty token as often as none.
    #expect(words(state.listed(page(["c"], version: "5", next: ""))) == #"replaced ["a", "b", "c"] ["odd"]"#)
    #expect(state.next == .watch(resourceVersion: "5"))
  }

  @Test func `a page that fails is asked for again`() {
    var state = listing()
    _ = state.listed(page(["a"], version: "5", next: "t1"))
    state.failed(busy, at: now, jitter: 1)
    #expect(delay(state) == .milliseconds(800))
    state.waited()
    #expect(state.next == .list(notOlderThan: nil, continueToken: "t1"))
    #expect(words(state.listed(page(["b"], version: "5"))) == #"replaced ["a", "b"] []"#)
  }

  @Test(arguments: [410, 400, 404, 500])
  func `a token that is refused begins the list again and forgets the pages before`(code: Int) {
    var state = listing()
    _ = state.listed(page(["a"], version: "5", next: "t1"))
    state.failed(refused(code), at: now, jitter: 0)
    state.waited()
    #expect(state.next == .list(notOlderThan: "0", continueToken: nil))
    #expect(words(state.listed(page(["b"], version: "6"))) == #"replaced ["b"] []"#)
  }

  // MARK: - Listing again

  @Test func `an expired version is followed by a list that is not older, after a delay`() {
    var state = watching(from: "5")
    _ = state.received(.applied(object("a", version: "7")))
    state.failed(expired, at: now, jitter: 1)
    #expect(delay(state) == .milliseconds(800))
    state.waited()
    #expect(state.next == .list(notOlderThan: "7", continueToken: nil))
    // The token of a page stands for its version, and servers refuse both together.
    _ = state.listed(page([], version: "9", next: "t1"))
    #expect(state.next == .list(notOlderThan: nil, continueToken: "t1"))
  }

  @Test(arguments: [410, 504, 400])
  func `a server that has not that version is asked for any, at once`(code: Int) {
    var state = watching(from: "5")
    state.failed(expired, at: now, jitter: 0)
    state.waited()
    state.failed(refused(code), at: now, jitter: 1)
    #expect(state.next == .list(notOlderThan: nil, continueToken: nil))
    // From then on there is a version again.
    _ = state.listed(page([], version: "2"))
    state.failed(expired, at: now, jitter: 0)
    #expect(after(state) == .list(notOlderThan: "2", continueToken: nil))
  }

  @Test func `a list without a version that is refused is waited for`() {
    var state = listing()
    state.failed(expired, at: now, jitter: 1)
    #expect(delay(state) == .milliseconds(800))
  }

  @Test func `a server that is busy keeps the version that is asked for`() {
    var state = watching(from: "5")
    state.failed(expired, at: now, jitter: 0)
    state.waited()
    state.failed(busy, at: now, jitter: 0)
    #expect(after(state) == .list(notOlderThan: "5", continueToken: nil))
  }

  // MARK: - Watching

  @Test func `every event moves the version from which the watch goes on`() {
    var state = watching(from: "5")
    #expect(words(state.received(.applied(object("a", version: "6")))) == "applied a")
    #expect(state.next == .watch(resourceVersion: "6"))
    #expect(words(state.received(.deleted(object("a", version: "7")))) == "deleted a")
    #expect(state.next == .watch(resourceVersion: "7"))
    #expect(state.received(.bookmark(resourceVersion: "8", endsInitialEvents: false)) == nil)
    #expect(state.next == .watch(resourceVersion: "8"))
    #expect(words(state.received(.unreadable(odd, resourceVersion: "9"))) == "unreadable odd")
    #expect(state.next == .watch(resourceVersion: "9"))
    #expect(words(state.received(.unreadable(odd, resourceVersion: ""))) == "unreadable odd")
    #expect(state.next == .watch(resourceVersion: "9"))
  }

  @Test func `an event of a version that has been seen is no news and does not move the watch back`() {
    var state = watching(from: "5")
    _ = state.received(.applied(object("a", version: "10")))
    for version in ["10", "9"] {
      #expect(state.received(.applied(object("a", version: version))) == nil)
      #expect(state.received(.unreadable(odd, resourceVersion: version)) == nil)
      #expect(state.received(.bookmark(resourceVersion: version, endsInitialEvents: false)) == nil)
      #expect(state.next == .watch(resourceVersion: "10"))
    }
    // Told twice it does no harm; not told, the object would stay for ever.
    #expect(words(state.received(.deleted(object("a", version: "9")))) == "deleted a")
    #expect(state.next == .watch(resourceVersion: "10"))
  }

  @Test func `versions that are no numbers are opaque, and every event is news`() {
    var state = watching(from: "b-1")
    #expect(words(state.received(.applied(object("a", version: "a-9")))) == "applied a")
    #expect(state.next == .watch(resourceVersion: "a-9"))
    #expect(words(state.received(.applied(object("a", version: "a-9")))) == "applied a")
  }

  @Test func `a watch that ends by its time limit goes on at once where it was`() {
    var state = watching(from: "5")
    _ = state.received(.bookmark(resourceVersion: "8", endsInitialEvents: false))
    state.ended(early: false, at: now, jitter: 0)
    #expect(state.next == .watch(resourceVersion: "8"))
  }

  @Test func `a watch that ends at once without an event is waited for like a failure`() {
    var state = watching(from: "5")
    state.ended(early: true, at: now, jitter: 1)
    #expect(state.next == .wait(.milliseconds(800)))
    state.waited()
    #expect(state.next == .watch(resourceVersion: "5"))
    state.ended(early: true, at: now, jitter: 1)
    #expect(state.next == .wait(.milliseconds(1_600)))
  }

  @Test(arguments: [429, 503])
  func `a busy server is asked for the same watch, however often, and as late as it wants`(code: Int) {
    var state = watching(from: "5")
    for _ in 1...3 {
      var error = refused(code)
      error.retryAfter = .seconds(40)
      state.failed(error, at: now, jitter: 0)
      #expect(delay(state) == .seconds(40))
      state.waited()
      #expect(state.next == .watch(resourceVersion: "5"))
    }
  }

  @Test func `a connection that cannot be had brings no list either`() {
    var state = watching(from: "5")
    for _ in 1...3 {
      state.failed(silent, at: now, jitter: 0)
      #expect(after(state) == .watch(resourceVersion: "5"))
      state.waited()
    }
  }

  @Test func `another error is followed by the same watch, and one more by a list`() {
    var state = watching(from: "5")
    state.failed(refused(500), at: now, jitter: 0)
    state.waited()
    #expect(state.next == .watch(resourceVersion: "5"))
    // An event in between shows that the version is not to blame.
    _ = state.received(.applied(object("a", version: "6")))
    state.failed(refused(500), at: now, jitter: 0)
    state.waited()
    #expect(state.next == .watch(resourceVersion: "6"))
    state.failed(refused(500), at: now, jitter: 0)
    #expect(after(state) == .list(notOlderThan: "6", continueToken: nil))
  }

  @Test func `what cannot be read is followed by the same watch, and once more by a list`() {
    let garbled = KubernetesError(request: "", cause: .unreadable(""))
    var state = watching(from: "5")
    state.failed(garbled, at: now, jitter: 0)
    state.waited()
    #expect(state.next == .watch(resourceVersion: "5"))
    // An event in between shows that it is not the version.
    _ = state.received(.unreadable(odd, resourceVersion: "6"))
    state.failed(garbled, at: now, jitter: 0)
    state.waited()
    #expect(state.next == .watch(resourceVersion: "6"))
    state.failed(garbled, at: now, jitter: 0)
    #expect(after(state) == .list(notOlderThan: "6", continueToken: nil))
  }

  @Test func `what comes late from a request that is over changes nothing`() {
    var listing = listing()
    #expect(listing.received(.applied(object("a", version: "6"))) == nil)
    #expect(listing.next == .list(notOlderThan: "0", continueToken: nil))
    var watching = watching(from: "5")
    #expect(watching.listed(page(["a"], version: "9")) == nil)
    #expect(watching.next == .watch(resourceVersion: "5"))
    #expect(watching.received(.failure(.init(code: 500))) == nil)
    #expect(watching.next == .watch(resourceVersion: "5"))
  }

  // MARK: - Delays

  @Test func `neither a list nor an event begins the delays anew`() {
    var state = watching(from: "5")
    state.failed(busy, at: now, jitter: 1)
    state.waited()
    _ = state.received(.applied(object("a", version: "6")))
    state.failed(expired, at: now, jitter: 1)
    #expect(delay(state) == .milliseconds(1_600))
    state.waited()
    _ = state.listed(page([], version: "9"))
    state.failed(busy, at: now, jitter: 1)
    #expect(delay(state) == .milliseconds(3_200))
  }
}
