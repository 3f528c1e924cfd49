import Testing

@testable import KubernetesClient

@Suite struct StreamingListTests: WatchStateFixture {
  @Test func `with streaming lists it begins with one`() {
    #expect(State(streamsLists: true).next == .stream(notOlderThan: nil))
  }

  @Test func `what a streaming list tells replaces the store at its closing bookmark, and the watch goes on`()
  {
    var state = State(streamsLists: true)
    state.opened()
    #expect(state.received(.applied(object("b", version: "3"))) == nil)
    #expect(state.received(.applied(object("gone", version: "2"))) == nil)
    #expect(state.received(.unreadable(odd, resourceVersion: "1")) == nil)
    #expect(state.received(.applied(object("a", version: "4"))) == nil)
    #expect(state.received(.deleted(object("gone", version: "5"))) == nil)
    var unreadable = UnreadableObject(key: object("gone-too", version: "").key, problem: "")
    #expect(state.received(.unreadable(unreadable, resourceVersion: "2")) == nil)
    unreadable.isDeleted = true
    #expect(state.received(.unreadable(unreadable, resourceVersion: "6")) == nil)
    #expect(state.isStreaming)
    let update = state.received(.bookmark(resourceVersion: "7", endsInitialEvents: true))
    #expect(words(update) == #"replaced ["a", "b"] ["odd"]"#)
    #expect(state.isStreaming)
    #expect(state.next == .watch(resourceVersion: "7"))
    #expect(words(state.received(.applied(object("c", version: "8")))) == "applied c")
  }

  @Test(arguments: [400, 422])
  func `a server that does not know streaming lists is asked for pages, at once and for ever`(code: Int) {
    var state = State(streamsLists: true)
    state.failed(refused(code), at: now, jitter: 1)
    #expect(!state.streamsLists)
    #expect(state.next == .list(notOlderThan: "0", continueToken: nil))
    _ = state.listed(page([], version: "5"))
    state.failed(expired, at: now, jitter: 0)
    #expect(after(state) == .list(notOlderThan: "5", continueToken: nil))
  }

  @Test func `a server that ignores the wish is noticed by a bookmark that closes nothing`() {
    var state = State(streamsLists: true)
    state.opened()
    _ = state.received(.applied(object("a", version: "4")))
    #expect(state.received(.bookmark(resourceVersion: "7", endsInitialEvents: false)) == nil)
    #expect(!state.isStreaming)
    #expect(!state.streamsLists)
    #expect(state.next == .list(notOlderThan: "0", continueToken: nil))
    #expect(words(state.listed(page(["b"], version: "8"))) == #"replaced ["b"] []"#)
  }

  @Test func `a server that ignores the wish is noticed by its silence, but not one that is never reached`() {
    var unreached = State(streamsLists: true)
    unreached.failed(silent, at: now, jitter: 0)
    #expect(unreached.streamsLists)
    #expect(after(unreached) == .stream(notOlderThan: nil))
    var state = State(streamsLists: true)
    state.opened()
    state.failed(silent, at: now, jitter: 1)
    #expect(!state.streamsLists)
    #expect(state.next == .list(notOlderThan: "0", continueToken: nil))
  }

  @Test func `a stream that ends before its closing bookmark is replaced by pages this time`() {
    var state = State(streamsLists: true)
    state.opened()
    _ = state.received(.applied(object("a", version: "4")))
    state.ended(early: false, at: now, jitter: 0)
    #expect(state.streamsLists)
    #expect(state.next == .list(notOlderThan: "0", continueToken: nil))
    #expect(words(state.listed(page([], version: "8"))) == "replaced [] []")
    state.failed(expired, at: now, jitter: 0)
    #expect(after(state) == .stream(notOlderThan: "8"))
  }

  @Test func `a stream that breaks is replaced by pages this time, without what it has told`() {
    var state = State(streamsLists: true)
    state.opened()
    _ = state.received(.applied(object("a", version: "4")))
    state.failed(KubernetesError(request: "", cause: .unreadable("")), at: now, jitter: 1)
    #expect(delay(state) == .milliseconds(800))
    #expect(after(state) == .list(notOlderThan: "0", continueToken: nil))
    state.waited()
    #expect(words(state.listed(page([], version: "8"))) == "replaced [] []")
    state.failed(expired, at: now, jitter: 0)
    #expect(after(state) == .stream(notOlderThan: "8"))
  }

  @Test(arguments: [403, 500])
  func `a stream that is refused for any reason is replaced by pages this time`(code: Int) {
    var state = State(streamsLists: true)
    state.failed(refused(code), at: now, jitter: 0)
    #expect(after(state) == .list(notOlderThan: "0", continueToken: nil))
    #expect(state.streamsLists)
  }

  @Test(arguments: [429, 503])
  func `a server that is busy is not asked for pages, which are dearer`(code: Int) {
    var state = State(streamsLists: true)
    state.failed(refused(code), at: now, jitter: 0)
    #expect(after(state) == .stream(notOlderThan: nil))
  }

  @Test func `a streaming list from a version that is gone is asked for any`() {
    var state = State(streamsLists: true)
    _ = state.received(.bookmark(resourceVersion: "7", endsInitialEvents: true))
    state.failed(expired, at: now, jitter: 0)
    state.waited()
    #expect(state.next == .stream(notOlderThan: "7"))
    state.failed(expired, at: now, jitter: 1)
    #expect(state.next == .stream(notOlderThan: nil))
  }

  @Test func `another watch's discovery ends a streaming list, and nothing else`() {
    var streaming = State(streamsLists: true)
    streaming.giveUpStreaming()
    #expect(streaming.next == .list(notOlderThan: "0", continueToken: nil))
    var watching = watching(from: "5")
    watching.giveUpStreaming()
    #expect(watching.next == .watch(resourceVersion: "5"))
  }
}
