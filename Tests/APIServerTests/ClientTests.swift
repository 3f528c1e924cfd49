import SatisAPI
import TestSupport
import Testing

@testable import KubernetesClient

/// What the client asks and what a real API server makes of it.
@Suite(.timeLimit(.minutes(1))) struct ClientTests {
  let server: TestServer
  private var client: KubernetesClient { server.client }

  init() throws {
    server = try TestServer()
  }

  private func failure(_ body: () async throws -> Void) async -> KubernetesError? {
    await #expect(throws: KubernetesError.self) { try await body() }
  }

  private func configMap(
    _ name: String, in namespace: String, labels: [String: String]? = nil, data: [String: String] = ["a": "1"]
  ) -> ConfigMap {
    ConfigMap(metadata: ObjectMetadata(name: name, namespace: namespace, labels: labels), data: data)
  }

  // MARK: - Create and get

  @Test func `a created object has what the server gave it, and is read back`() async throws {
    try await server.withNamespace { namespace in
      let created = try await client.create(configMap("a", in: namespace, labels: ["x": "y"]))
      #expect(created.metadata.uid?.isEmpty == false)
      #expect(created.metadata.resourceVersion?.isEmpty == false)
      #expect(created.metadata.creationTimestamp != nil)
      let read = try await client.get(ConfigMap.self, created.key)
      #expect(read.metadata == created.metadata)
      #expect(read.data == ["a": "1"])
    }
  }

  @Test func `an object may be read as the server remembers it, though not from its future`() async throws {
    try await server.withNamespace { namespace in
      let created = try await client.create(configMap("a", in: namespace))
      let version = try #require(created.metadata.resourceVersion)
      // The server's memory has reached that version by the time of the answer.
      let read = try await client.get(ConfigMap.self, created.key, notOlderThan: version)
      #expect(read.metadata == created.metadata)
      #expect(
        try await client.get(ConfigMap.self, created.key, notOlderThan: "0").metadata == created.metadata)
      let error = await failure {
        _ = try await client.get(ConfigMap.self, created.key, notOlderThan: "9000000000000000000")
      }
      #expect(error?.status?.code == 504)
    }
  }

  @Test func `a create may answer with the metadata only`() async throws {
    try await server.withNamespace { namespace in
      let client = server.client
      let metadata = try await client.createReturningMetadata(configMap("a", in: namespace))
      let found = try await client.get(ConfigMap.self, metadata.key)
      #expect(found.metadata.uid == metadata.uid)
      #expect(found.metadata.resourceVersion == metadata.resourceVersion)
    }
  }

  @Test func `a Secret's bytes survive the way there and back`() async throws {
    try await server.withNamespace { namespace in
      let bytes = Base64Data(Array(0...255))
      let secret = Secret(metadata: ObjectMetadata(name: "s", namespace: namespace), data: ["key": bytes])
      _ = try await client.create(secret)
      #expect(try await client.get(Secret.self, secret.key).data?["key"] == bytes)
    }
  }

  @Test func `a second creation of the same name is told as such`() async throws {
    try await server.withNamespace { namespace in
      _ = try await client.create(configMap("a", in: namespace))
      let error = await failure { _ = try await client.create(configMap("a", in: namespace)) }
      #expect(error?.isAlreadyExists == true)
      #expect(error?.isConflict == false)
      #expect(error?.description.hasPrefix("create ConfigMap \(namespace)/a: ") == true)
    }
  }

  @Test func `an object that does not exist is told as not found, by its name`() async throws {
    let key = NamespacedName(namespace: "default", name: "nowhere")
    let error = await failure { _ = try await client.get(SatisBuild.self, key) }
    #expect(error?.isNotFound == true)
    #expect(error?.description.hasPrefix("get SatisBuild default/nowhere: ") == true)
  }

  @Test func `what the server's rules forbid is told as invalid, with the field`() async throws {
    try await server.withNamespace { namespace in
      let name = await failure { _ = try await client.create(configMap("No Name", in: namespace)) }
      #expect(name?.isInvalid == true)
      #expect(name?.status?.message?.contains("metadata.name") == true)
      let build = SatisBuild(
        metadata: ObjectMetadata(name: "b", namespace: namespace),
        spec: .init(repositoryRef: .init(name: "acme"), source: .init(url: "-option")))
      let schema = await failure { _ = try await client.create(build) }
      #expect(schema?.isInvalid == true)
      #expect(schema?.status?.message?.contains("spec.source.url") == true)
    }
  }

  // MARK: - List

  @Test func `a list has the objects of its namespace with its labels, and a version of its own`()
    async throws
  {
    try await server.withNamespace { namespace in
      for name in ["a", "b"] {
        _ = try await client.create(configMap(name, in: namespace, labels: ["x": "y"]))
      }
      let last = try await client.create(configMap("c", in: namespace))
      let list = try await client.list(ConfigMap.self, in: namespace, labelSelector: "x=y")
      #expect(list.items.map(\.metadata.name).sorted() == ["a", "b"])
      #expect(list.unreadable.isEmpty)
      #expect((UInt64(list.resourceVersion) ?? 0) >= UInt64(last.metadata.resourceVersion ?? "") ?? .max)
      let everywhere = try await client.list(ConfigMap.self, in: nil)
      #expect(everywhere.items.contains { $0.key == last.key })
    }
  }

  @Test func `pages continue each other at one version`() async throws {
    try await server.withNamespace { namespace in
      for name in ["a", "b", "c"] {
        _ = try await client.create(configMap(name, in: namespace, labels: ["x": "y"]))
      }
      let first = try await client.list(ConfigMap.self, in: namespace, labelSelector: "x", limit: 2)
      #expect(first.items.map(\.metadata.name) == ["a", "b"])
      let token = try #require(first.continueToken)
      _ = try await client.create(configMap("b2", in: namespace, labels: ["x": "y"]))
      let second = try await client.list(
        ConfigMap.self, in: namespace, labelSelector: "x", limit: 2, continueToken: token)
      #expect(second.items.map(\.metadata.name) == ["c"])
      #expect(second.resourceVersion == first.resourceVersion)
      #expect(second.continueToken?.isEmpty != false)
    }
  }

  // MARK: - Merge patch

  @Test func `a merge patch changes what it names and removes what it nulls`() async throws {
    try await server.withNamespace { namespace in
      let object = try await client.create(configMap("a", in: namespace, data: ["kept": "1", "gone": "2"]))
      let patched = try await client.mergePatch(
        ConfigMap.self, object.key, patch: ["data": ["gone": .null, "new": "3"]],
        resourceVersion: object.metadata.resourceVersion)
      #expect(patched.data == ["kept": "1", "new": "3"])
      #expect(patched.metadata.resourceVersion != object.metadata.resourceVersion)
    }
  }

  @Test func `a patch decided on an old version is a conflict and changes nothing`() async throws {
    try await server.withNamespace { namespace in
      let old = try await client.create(configMap("a", in: namespace))
      let current = try await client.mergePatch(
        ConfigMap.self, old.key, patch: ["data": ["a": "2"]], resourceVersion: nil)
      let error = await failure {
        _ = try await client.mergePatch(
          ConfigMap.self, old.key, patch: ["data": ["a": "3"]], resourceVersion: old.metadata.resourceVersion)
      }
      #expect(error?.isConflict == true)
      #expect(error?.isAlreadyExists == false)
      let read = try await client.get(ConfigMap.self, old.key)
      #expect(read.data == ["a": "2"])
      #expect(read.metadata.resourceVersion == current.metadata.resourceVersion)
    }
  }

  @Test func `a status is written by itself and leaves the spec alone`() async throws {
    try await server.withNamespace { namespace in
      let build = try await server.createBuild("b", of: "acme", in: namespace)
      let patch: JSONValue = ["spec": ["repositoryRef": ["name": "other"]], "status": ["jobName": "job-1"]]
      let written = try await client.mergePatch(
        SatisBuild.self, build.key, subresource: .status, patch: patch,
        resourceVersion: build.metadata.resourceVersion)
      #expect(written.status?.jobName == "job-1")
      #expect(written.spec == build.spec)
      #expect(written.metadata.generation == build.metadata.generation)
      let labelled = try await client.mergePatch(
        SatisBuild.self, build.key,
        patch: ["metadata": ["labels": ["x": "y"]], "status": ["jobName": "job-2"]],
        resourceVersion: nil)
      #expect(labelled.metadata.labels == ["x": "y"])
      #expect(labelled.status?.jobName == "job-1")
    }
  }

  // MARK: - Apply

  private func manifest(_ namespace: String, _ data: JSONValue) -> JSONValue {
    [
      "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "a", "namespace": .string(namespace)],
      "data": data,
    ]
  }

  @Test func `an apply creates the object and then owns its fields`() async throws {
    try await server.withNamespace { namespace in
      let key = NamespacedName(namespace: namespace, name: "a")
      let created = try await client.apply(
        ConfigMap.self, manifest: manifest(namespace, ["mine": "1", "gone": "2"]), key: key)
      #expect(created.data == ["mine": "1", "gone": "2"])
      _ = try await client.mergePatch(
        ConfigMap.self, key, patch: ["data": ["theirs": "3"]], resourceVersion: nil)
      let applied = try await client.apply(
        ConfigMap.self, manifest: manifest(namespace, ["mine": "4"]), key: key)
      #expect(applied.data?["mine"] == "4")
      #expect(applied.data?["gone"] == nil)
      #expect(applied.data?["theirs"] == "3")
    }
  }

  @Test func `a field of another writer is a conflict, unless it is taken by force`() async throws {
    try await server.withNamespace { namespace in
      let key = NamespacedName(namespace: namespace, name: "a")
      _ = try await client.apply(ConfigMap.self, manifest: manifest(namespace, ["x": "1"]), key: key)
      let other = try server.client(fieldManager: "other")
      let error = await failure {
        _ = try await other.apply(
          ConfigMap.self, manifest: manifest(namespace, ["x": "2"]), key: key, force: false)
      }
      #expect(error?.isConflict == true)
      let forced = try await other.apply(ConfigMap.self, manifest: manifest(namespace, ["x": "2"]), key: key)
      #expect(forced.data == ["x": "2"])
    }
  }

  // MARK: - Delete

  @Test func `a deletion meant for another object of that name is a conflict, and the object stays`()
    async throws
  {
    try await server.withNamespace { namespace in
      let object = try await client.create(configMap("a", in: namespace))
      let error = await failure {
        try await client.delete(ConfigMap.self, object.key, uid: "another", propagation: .background)
      }
      #expect(error?.isConflict == true)
      #expect(try await client.get(ConfigMap.self, object.key).metadata.uid == object.metadata.uid)
      try await client.delete(ConfigMap.self, object.key, uid: object.metadata.uid, propagation: .background)
      let gone = await failure { _ = try await client.get(ConfigMap.self, object.key) }
      #expect(gone?.isNotFound == true)
      let again = await failure {
        try await client.delete(ConfigMap.self, object.key, uid: nil, propagation: .background)
      }
      #expect(again?.isNotFound == true)
    }
  }
}
