import SatisAPI
import TestSupport
import Testing

@testable import KubernetesClient

/// A ConfigMap of which this program asks more than the server does.
private struct Strict: KubernetesObject {
  static let resourceType = ConfigMap.resourceType
  var metadata: ObjectMetadata
  var data: Content

  struct Content: Codable {
    var needed: String
  }
}

/// An object with everything that was read of it.
private struct Whole: KubernetesObject {
  static let resourceType = ConfigMap.resourceType
  var metadata: ObjectMetadata
  var all: JSONValue = .null

  init(metadata: ObjectMetadata) {
    self.metadata = metadata
  }

  init(from decoder: any Decoder) throws {
    metadata = try Metadata(from: decoder).metadata
    all = try JSONValue(from: decoder)
  }

  func encode(to encoder: any Encoder) throws {
    try Metadata(metadata: metadata).encode(to: encoder)
  }

  private struct Metadata: Codable {
    var metadata: ObjectMetadata
  }
}

/// The updates of a watcher in short words, one after the other.
private struct Updates: Sendable {
  let words: AsyncStream<String>

  func next() async -> String? {
    for await word in words { return word }
    return nil
  }
}

/// What the client makes of the watches of a real API server.
@Suite(.timeLimit(.minutes(1))) struct ClientWatchTests {
  let server: TestServer
  private var client: KubernetesClient { server.client }

  init() throws {
    server = try TestServer()
  }

  private func create(
    _ name: String, in namespace: String, _ data: [String: String] = ["needed": "1"]
  ) async throws
    -> ConfigMap
  {
    try await client.create(
      ConfigMap(
        metadata: ObjectMetadata(name: name, namespace: namespace, labels: ["test": "watch"]), data: data))
  }

  /// Runs a watcher beside a body.
  private func watching(
    in namespace: String, _ body: (Updates) async throws -> Void
  ) async throws {
    let watcher = Watcher<Strict>(
      client: client, namespace: namespace, labelSelector: "test=watch", logger: .quiet)
    let (words, continuation) = AsyncStream<String>.makeStream()
    let run = Task {
      await watcher.run { update in
        switch update {
        case .replaced(let objects, let unreadable):
          continuation.yield("replaced \(objects.map(\.metadata.name)) \(unreadable.map(\.key.name))")
        case .applied(let object): continuation.yield("applied \(object.metadata.name) \(object.data.needed)")
        case .deleted(let object): continuation.yield("deleted \(object.metadata.name)")
        case .unreadable(let object): continuation.yield("unreadable \(object.key.name)")
        }
      }
    }
    defer { run.cancel() }
    try await body(Updates(words: words))
  }

  @Test func `what is created, changed and deleted is seen in that order`() async throws {
    try await server.withNamespace { namespace in
      let first = try await create("first", in: namespace)
      try await watching(in: namespace) { updates in
        #expect(await updates.next() == "replaced [\"first\"] []")
        _ = try await create("second", in: namespace)
        #expect(await updates.next() == "applied second 1")
        _ = try await client.mergePatch(
          ConfigMap.self, first.key, patch: ["data": ["needed": "2"]], resourceVersion: nil)
        #expect(await updates.next() == "applied first 2")
        try await client.delete(ConfigMap.self, first.key, uid: nil, propagation: .background)
        #expect(await updates.next() == "deleted first")
      }
    }
  }

  @Test func `an object that does not fit its type spoils neither its list nor the watch`() async throws {
    try await server.withNamespace { namespace in
      _ = try await create("odd", in: namespace, ["other": "1"])
      _ = try await create("plain", in: namespace)
      let list = try await client.listAll(Strict.self, in: namespace, labelSelector: "test=watch")
      #expect(list.items.map(\.metadata.name) == ["plain"])
      #expect(list.unreadable.map(\.key) == [NamespacedName(namespace: namespace, name: "odd")])
      #expect(list.unreadable.first?.problem.contains("'needed' is missing") == true)
      try await watching(in: namespace) { updates in
        #expect(await updates.next() == "replaced [\"plain\"] [\"odd\"]")
        _ = try await create("odder", in: namespace, ["other": "1"])
        #expect(await updates.next() == "unreadable odder")
        _ = try await create("fine", in: namespace)
        #expect(await updates.next() == "applied fine 1")
      }
    }
  }

  @Test func `managedFields and the annotation of kubectl apply are left out, other annotations are not`()
    async throws
  {
    try await server.withNamespace { namespace in
      var metadata = ObjectMetadata(name: "a", namespace: namespace)
      metadata.annotations = ["kubectl.kubernetes.io/last-applied-configuration": "{}", "kept": "1"]
      let created = try await client.create(Whole(metadata: metadata))
      let listed = try await client.list(Whole.self, in: namespace).items
      for object in [created] + listed where object.metadata.name == "a" {
        #expect(object.metadata.annotations == ["kept": "1"])
        #expect(object.all["metadata"]?["managedFields"] == nil)
        #expect(object.all["metadata"]?["uid"] != nil)
      }
      #expect(listed.count == 1)
    }
  }

  @Test func `a list may ask for a version, and one that is not there yet is told as such`() async throws {
    let version = try await client.list(ConfigMap.self, in: "default").resourceVersion
    let list = try await client.list(ConfigMap.self, in: "default", limit: 500, notOlderThan: version)
    #expect((UInt64(list.resourceVersion) ?? 0) >= UInt64(version) ?? .max)
    let error = await #expect(throws: KubernetesError.self) {
      try await client.list(ConfigMap.self, in: "default", limit: 500, notOlderThan: "999999999")
    }
    #expect(error?.isBeyondVersion == true)
  }

  @Test func `a label taken off is a deletion for those who watch the label`() async throws {
    try await server.withNamespace { namespace in
      let object = try await create("a", in: namespace)
      try await watching(in: namespace) { updates in
        #expect(await updates.next() == "replaced [\"a\"] []")
        _ = try await client.mergePatch(
          ConfigMap.self, object.key, patch: ["metadata": ["labels": ["test": .null]]], resourceVersion: nil)
        #expect(await updates.next() == "deleted a")
      }
    }
  }

  @Test func `a version that the server has forgotten is told as expired`() async throws {
    // Older than the resource definition, and so than all that the server remembers of its objects.
    let error = await #expect(throws: KubernetesError.self) {
      try await client.watch(
        SatisBuild.self, in: "default", labelSelector: nil, from: .version("1"), timeoutSeconds: 5
      ) { _ in }
    }
    #expect(error?.isExpired == true)
    #expect(error?.description.hasPrefix("watch satisbuilds in default: ") == true)
  }

  @Test func `a watch that the server ends by its time limit is no error`() async throws {
    let version = try await client.list(ConfigMap.self, in: "default").resourceVersion
    try await client.watch(
      ConfigMap.self, in: "default", labelSelector: nil, from: .version(version), timeoutSeconds: 1
    ) { _ in }
  }

  @Test func `an error of the one who handles an event ends the watch and comes out`() async throws {
    struct Enough: Error {}
    try await server.withNamespace { namespace in
      let version = try await client.list(ConfigMap.self, in: namespace).resourceVersion
      _ = try await create("a", in: namespace)
      await #expect(throws: Enough.self) {
        try await client.watch(
          ConfigMap.self, in: namespace, labelSelector: nil, from: .version(version), timeoutSeconds: 30
        ) { _ in throw Enough() }
      }
    }
  }
}
