import Testing

@testable import KubernetesClient

@Suite struct WatchStateTests {
  private typealias State = WatchState<ConfigMap>

  private func object(_ name: String, version: String) -> ConfigMap {
    var metadata = ObjectMetadata(name: name, namespace: "shop")
    metadata.resourceVersion = version
    return ConfigMap(metadata: metadata, data: [:])
  }

  private func page(_ names: [String], version: String, next: String? = nil) -> ObjectList<ConfigMap> {
    ObjectList(
      items: names.map { object($0, version: "999") }, unreadable: [], resourceVersion: version,
      continueToken: next)
  }

  /// A state that has listed and watches from a version.
  private func watching(from version: String) -> State {
    var state = State()
    _ = state.listed(page([], version: version))
    return state
  }

  private func words(_ update: WatchUpdate<ConfigMap>?) -> String? {
    switch update {
    case .replaced(let objects, let unreadable):
      "replaced \(objects.map(\.metadata.name)) \(unreadable.map(\.key.name))"
    case .applied(let object): "applied \(object.metadata.name)"
    case .deleted(let object): "deleted \(object.metadata.name)"
    case .unreadable(let object): "unreadable \(object.key.name)"
    case nil: nil
    }
  }

  // MARK: - Listing

  @Test func `it begins with the first page of a list`() {
    #expect(State().next == .list(continueToken: nil))
  }

  @Test func `a list of one page replaces the store and is watched from the version of the list`() {
    var state = State()
    #expect(words(state.listed(page(["a", "b"], version: "5"))) == #"replaced ["a", "b"] []"#)
    #expect(state.next == .watch(resourceVersion: "5"))
  }

  @Test func `pages replace the store all at once, when the last one is there`() {
    var state = State()
    var first = page(["a"], version: "5", next: "t1")
    first.unreadable = [UnreadableObject(key: .init(namespace: "shop", name: "odd"), problem: "")]
    #expect(state.listed(first) == nil)
    #expect(state.next == .list(continueToken: "t1"))
    #expect(state.listed(page(["b"], version: "5", next: "t2")) == nil)
    #expect(state.next == .list(continueToken: "t2"))
    // Servers send an empty token as often as none.
    #expect(words(state.listed(page(["c"], version: "5", next: ""))) == #"replaced ["a", "b", "c"] ["odd"]"#)
    #expect(state.next == .watch(resourceVersion: "5"))
  }

  @Test func `a page that fails is asked for again`() {
    var state = State()
    _ = state.listed(page(["a"], version: "5", next: "t1"))
    state.failed(expired: false, jitter: 0)
    state.waited()
    #expect(state.next == .list(continueToken: "t1"))
    #expect(words(state.listed(page(["b"], version: "5"))) == #"replaced ["a", "b"] []"#)
  }

  @Test func `an expired token begins the list again and forgets the pages before`() {
    var state = State()
    _ = state.listed(page(["a"], version: "5", next: "t1"))
    state.failed(expired: true, jitter: 0)
    state.waited()
    #expect(state.next == .list(continueToken: nil))
    #expect(words(state.listed(page(["b"], version: "6"))) == #"replaced ["b"] []"#)
  }

  // MARK: - Watching

  @Test func `every event moves the version from which the watch goes on`() {
    var state = watching(from: "5")
    #expect(words(state.received(.applied(object("a", version: "6")))) == "applied a")
    #expect(state.next == .watch(resourceVersion: "6"))
    #expect(words(state.received(.deleted(object("a", version: "7")))) == "deleted a")
    #expect(state.next == .watch(resourceVersion: "7"))
    #expect(state.received(.bookmark(resourceVersion: "8")) == nil)
    #expect(state.next == .watch(resourceVersion: "8"))
    let odd = UnreadableObject(key: .init(namespace: "shop", name: "odd"), problem: "")
    #expect(words(state.received(.unreadable(odd, resourceVersion: "9"))) == "unreadable odd")
    #expect(state.next == .watch(resourceVersion: "9"))
    #expect(words(state.received(.unreadable(odd, resourceVersion: ""))) == "unreadable odd")
    #expect(state.next == .watch(resourceVersion: "9"))
  }

  @Test func `a watch that ends by its time limit goes on at once where it was`() {
    var state = watching(from: "5")
    _ = state.received(.bookmark(resourceVersion: "8"))
    state.ended(early: false, jitter: 0)
    #expect(state.next == .watch(resourceVersion: "8"))
  }

  @Test func `a watch that ends at once without an event is waited for like a failure`() {
    var state = watching(from: "5")
    state.ended(early: true, jitter: 0)
    #expect(state.next == .wait(.milliseconds(400)))
    state.waited()
    #expect(state.next == .watch(resourceVersion: "5"))
    state.ended(early: true, jitter: 0)
    #expect(state.next == .wait(.milliseconds(800)))
  }

  @Test func `a broken watch goes on where it was, after a delay`() {
    var state = watching(from: "5")
    _ = state.received(.applied(object("a", version: "6")))
    state.failed(expired: false, jitter: 0)
    #expect(state.next == .wait(.milliseconds(400)))
    state.waited()
    #expect(state.next == .watch(resourceVersion: "6"))
  }

  @Test func `an expired version is followed by a fresh list, after a delay`() {
    var state = watching(from: "5")
    state.failed(expired: true, jitter: 0)
    #expect(state.next == .wait(.milliseconds(400)))
    state.waited()
    #expect(state.next == .list(continueToken: nil))
  }

  @Test func `what comes late from a request that is over changes nothing`() {
    var listing = State()
    #expect(listing.received(.applied(object("a", version: "6"))) == nil)
    #expect(listing.next == .list(continueToken: nil))
    var watching = watching(from: "5")
    #expect(watching.listed(page(["a"], version: "9")) == nil)
    #expect(watching.next == .watch(resourceVersion: "5"))
    #expect(watching.received(.failure(.init(code: 500))) == nil)
    #expect(watching.next == .watch(resourceVersion: "5"))
  }

  // MARK: - Delays

  private func delay(_ state: State) -> Duration? {
    guard case .wait(let delay) = state.next else { return nil }
    return delay
  }

  @Test func `delays double with every failure up to thirty seconds`() {
    var state = State()
    var delays: [Duration] = []
    for _ in 0..<100 {
      state.failed(expired: false, jitter: 1)
      delays.append(delay(state) ?? .zero)
      state.waited()
    }
    let growing: [Duration] = [800, 1_600, 3_200, 6_400, 12_800, 25_600].map { .milliseconds($0) }
    #expect(delays == growing + [Duration](repeating: .seconds(30), count: 94))
  }

  @Test func `chance shortens a delay by up to one half`() {
    for (jitter, expected) in [(0.0, 400), (0.5, 600), (1.0, 800)] {
      var state = State()
      state.failed(expired: false, jitter: jitter)
      #expect(delay(state) == .milliseconds(expected))
    }
  }

  @Test func `a list, and any event of the watch, begins the delays anew`() {
    var state = State()
    for _ in 0..<5 {
      state.failed(expired: false, jitter: 1)
      state.waited()
    }
    _ = state.listed(page([], version: "5"))
    state.failed(expired: false, jitter: 1)
    #expect(delay(state) == .milliseconds(800))
    state.waited()
    state.failed(expired: false, jitter: 1)
    #expect(delay(state) == .milliseconds(1_600))
    state.waited()
    _ = state.received(.bookmark(resourceVersion: "6"))
    state.failed(expired: false, jitter: 1)
    #expect(delay(state) == .milliseconds(800))
  }
}
