import Testing

@testable import ControllerRuntime
@testable import KubernetesClient

@Suite struct CacheTests {
  /// Filed under the value of the label `owner`, comma-separated.
  private let cache = Cache<ConfigMap> { object in
    (object.metadata.labels?["owner"] ?? "").split(separator: ",")
      .map { NamespacedName(namespace: object.metadata.namespace ?? "", name: String($0)) }
  }

  private func key(_ name: String) -> NamespacedName { NamespacedName(namespace: "shop", name: name) }

  private func object(
    _ name: String, owner: String = "acme", version: String = "1", uid: String? = nil
  ) -> ConfigMap {
    var metadata = ObjectMetadata(name: name, namespace: "shop", labels: ["owner": owner])
    metadata.resourceVersion = version
    metadata.uid = uid ?? "uid-\(name)"
    return ConfigMap(metadata: metadata, data: [:])
  }

  private func names(of owner: String) -> [String] {
    cache.objects(indexedBy: key(owner)).map(\.metadata.name).sorted()
  }

  private func version(_ name: String) -> String? { cache[key(name)]?.metadata.resourceVersion }

  @Test func `objects are counted by class, those without one are not`() {
    _ = cache.take(.replaced([object("a"), object("b", owner: "other"), object("c")], unreadable: []))
    let counts = cache.tally { object in object.metadata.name == "c" ? nil : object.metadata.labels?["owner"]
    }
    #expect(counts == ["acme": 1, "other": 1])
  }

  // MARK: - Lists and the index

  @Test func `a cache is in step once a whole list has arrived, even an empty one`() {
    #expect(!cache.isSynced)
    _ = cache.take(.applied(object("a")))
    #expect(!cache.isSynced)
    #expect(cache.take(.replaced([], unreadable: [])) == [key("acme")])
    #expect(cache.isSynced)
    #expect(cache.count == 0)
  }

  @Test func `objects are found by their key and by every key they are filed under`() {
    _ = cache.take(
      .replaced([object("a"), object("b", owner: "acme,other"), object("c", owner: "")], unreadable: []))
    #expect(cache.count == 3)
    #expect(version("a") == "1")
    #expect(cache[key("z")] == nil)
    #expect(names(of: "acme") == ["a", "b"])
    #expect(names(of: "other") == ["b"])
    #expect(names(of: "nobody").isEmpty)
  }

  @Test func `a new list reports the keys of what is in it and of what has disappeared`() {
    _ = cache.take(.replaced([object("a", owner: "one"), object("b", owner: "two")], unreadable: []))
    let changed = cache.take(
      .replaced([object("b", owner: "three", version: "2"), object("c", owner: "four")], unreadable: []))
    #expect(changed == [key("one"), key("two"), key("three"), key("four")])
    #expect(cache[key("a")] == nil)
    #expect(names(of: "one").isEmpty)
    #expect(names(of: "two").isEmpty)
    #expect(names(of: "three") == ["b"])
  }

  @Test func `a list counts also where its versions are lower, as after a restored backup`() {
    _ = cache.take(.replaced([object("a", version: "90")], unreadable: []))
    _ = cache.take(.replaced([object("a", version: "7")], unreadable: []))
    #expect(version("a") == "7")
  }

  @Test func `what a list shows and nobody understands stays as it was before`() {
    _ = cache.take(.replaced([object("a"), object("b", owner: "two")], unreadable: []))
    let odd = UnreadableObject(key: key("a"), problem: "odd")
    #expect(cache.take(.replaced([], unreadable: [odd])) == [key("two")])
    #expect(version("a") == "1")
    #expect(cache.take(.replaced([], unreadable: [])) == [key("acme")])
  }

  // MARK: - Events

  @Test func `a change reports the keys before and after it`() {
    #expect(cache.take(.applied(object("a", owner: "one", version: "1"))) == [key("one")])
    #expect(cache.take(.applied(object("a", owner: "two", version: "2"))) == [key("one"), key("two")])
    #expect(names(of: "one").isEmpty)
    #expect(names(of: "two") == ["a"])
  }

  @Test func `a deleted object is gone, and deleting it twice changes nothing`() {
    _ = cache.take(.applied(object("a", version: "1")))
    #expect(cache.take(.deleted(object("a", version: "2"))) == [key("acme")])
    #expect(cache[key("a")] == nil)
    #expect(names(of: "acme").isEmpty)
    #expect(cache.take(.deleted(object("a", version: "2"))).isEmpty)
  }

  @Test func `an object that cannot be read changes nothing`() {
    _ = cache.take(.applied(object("a")))
    #expect(cache.take(.unreadable(UnreadableObject(key: key("a"), problem: "odd"))).isEmpty)
    #expect(version("a") == "1")
  }

  @Test func `an object that can no longer be read when it is deleted is gone nevertheless`() {
    _ = cache.take(.applied(object("a")))
    var odd = UnreadableObject(key: key("a"), problem: "odd")
    odd.isDeleted = true
    #expect(cache.take(.unreadable(odd)) == [key("acme")])
    #expect(cache[key("a")] == nil)
  }

  // MARK: - Own writes

  @Test func `an own write is seen at once and older events do not take it back`() {
    _ = cache.take(.applied(object("a", version: "1")))
    cache.wrote(object("a", owner: "new", version: "5"))
    #expect(version("a") == "5")
    #expect(names(of: "new") == ["a"])
    #expect(cache.take(.applied(object("a", version: "3"))).isEmpty)
    #expect(version("a") == "5")
    #expect(cache.take(.applied(object("a", owner: "new", version: "5"))) == [key("new")])
    #expect(cache.take(.applied(object("a", owner: "newer", version: "10"))) == [key("new"), key("newer")])
  }

  @Test func `an own write does not take back what the watch has shown since`() {
    _ = cache.take(.applied(object("a", version: "7")))
    cache.wrote(object("a", version: "5"))
    #expect(version("a") == "7")
  }

  @Test func `an own write does not bring back what the watch has seen go`() {
    cache.wrote(object("a", version: "5"))
    #expect(cache[key("a")] == nil)
  }

  @Test func `versions are compared as numbers, and where they are none the last event counts`() {
    _ = cache.take(.applied(object("a", version: "9")))
    _ = cache.take(.applied(object("a", version: "10")))
    #expect(version("a") == "10")
    _ = cache.take(.applied(object("a", version: "x")))
    _ = cache.take(.applied(object("a", version: "b")))
    #expect(version("a") == "b")
  }

  @Test func `an object that was made anew under an old name takes the old one's place`() {
    _ = cache.take(.applied(object("a", owner: "old", version: "4", uid: "first")))
    #expect(cache.take(.deleted(object("a", owner: "old", version: "5", uid: "first"))) == [key("old")])
    #expect(cache.take(.applied(object("a", owner: "new", version: "6", uid: "second"))) == [key("new")])
    #expect(cache[key("a")]?.metadata.uid == "second")
  }

  @Test func `events of an object's predecessor do not take back a write to the new one`() {
    _ = cache.take(.applied(object("a", version: "4", uid: "first")))
    cache.wrote(object("a", version: "8", uid: "second"))
    #expect(cache.take(.applied(object("a", version: "5", uid: "first"))).isEmpty)
    #expect(cache.take(.deleted(object("a", version: "6", uid: "first"))).isEmpty)
    #expect(cache.take(.applied(object("a", version: "7", uid: "second"))).isEmpty)
    #expect(cache[key("a")]?.metadata.uid == "second")
    #expect(version("a") == "8")
  }
}
