import Logging
import Synchronization
import Testing

@testable import KubernetesClient

@Suite(.timeLimit(.minutes(1))) struct TransportTests {
  private let key = NamespacedName(namespace: "shop", name: "settings")
  private let object = #"{"metadata":{"name":"settings","namespace":"shop","resourceVersion":"7"},"data":{}}"#
  private let conflict = #"{"kind":"Status","code":409,"reason":"Conflict","message":"it has changed"}"#

  private func client(_ server: ScriptedServer, token: BearerToken = .none) throws -> KubernetesClient {
    try KubernetesClient(
      configuration: ClusterConfiguration(server: server.url, token: token, origin: "the test"),
      fieldManager: "tests", userAgent: "tests/1", logger: Logger(label: "test"))
  }

  private func failure(_ body: () async throws -> Void) async -> KubernetesError? {
    await #expect(throws: KubernetesError.self) { try await body() }
  }

  // MARK: - Requests

  @Test func `a request says who sends it and what it takes`() async throws {
    let server = try ScriptedServer(.json(object))
    _ = try await client(server, token: .fixed("secret")).get(ConfigMap.self, key)
    let headers = try #require(server.requests.first).headers
    #expect(headers["authorization"] == "Bearer secret")
    #expect(headers["user-agent"] == "tests/1")
    #expect(headers["accept"] == "application/json")
  }

  @Test func `who wants the metadata alone is not sent the rest`() async throws {
    let server = try ScriptedServer(
      .json(#"{"metadata":{"resourceVersion":"5"},"items":[]}"#), .json(object))
    let client = try client(server)
    _ = try await client.list(ObjectIdentity<ConfigMap>.self, in: "shop")
    _ = try await client.get(ObjectIdentity<ConfigMap>.self, key)
    #expect(
      server.requests.map { $0.headers["accept"] } == [
        "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json",
        "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json",
      ])
  }

  @Test func `without a token there is no authorization`() async throws {
    let server = try ScriptedServer(.json(object))
    _ = try await client(server).get(ConfigMap.self, key)
    #expect(server.requests.first?.headers["authorization"] == nil)
  }

  @Test func `an object is created with its kind and the name of the writer`() async throws {
    let server = try ScriptedServer(.json(object, status: 201))
    let metadata = ObjectMetadata(name: "settings", namespace: "shop")
    _ = try await client(server).create(ConfigMap(metadata: metadata, data: ["a": "1"]))
    let request = try #require(server.requests.first)
    #expect(request.summary == "POST /api/v1/namespaces/shop/configmaps")
    #expect(request.query == ["fieldManager": "tests"])
    #expect(request.headers["content-type"] == "application/json")
    #expect(
      try JSONValue(parsing: request.body.utf8) == [
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "settings", "namespace": "shop"],
        "data": ["a": "1"],
      ])
  }

  @Test func `a merge patch carries the version it was decided on`() async throws {
    let server = try ScriptedServer(.json(object), .json(object))
    let client = try client(server)
    let patch: JSONValue = ["metadata": ["labels": ["a": "1"]]]
    _ = try await client.mergePatch(ConfigMap.self, key, patch: patch, resourceVersion: "7")
    _ = try await client.mergePatch(
      ConfigMap.self, key, subresource: .status, patch: ["status": ["x": .null]], resourceVersion: nil)
    let requests = server.requests
    #expect(requests.map(\.method) == ["PATCH", "PATCH"])
    #expect(requests.map(\.path).last == "/api/v1/namespaces/shop/configmaps/settings/status")
    #expect(requests.allSatisfy { $0.headers["content-type"] == "application/merge-patch+json" })
    #expect(
      try requests.map { try JSONValue(parsing: $0.body.utf8) } == [
        ["metadata": ["labels": ["a": "1"], "resourceVersion": "7"]], ["status": ["x": .null]],
      ])
  }

  @Test func `an apply says whether it takes fields from others`() async throws {
    let server = try ScriptedServer(.json(object), .json(object))
    let client = try client(server)
    for force in [true, false] {
      _ = try await client.apply(ConfigMap.self, manifest: ["data": [:]], key: key, force: force)
    }
    let requests = server.requests
    #expect(requests.map { $0.query["force"] } == ["true", "false"])
    #expect(requests.allSatisfy { $0.headers["content-type"] == "application/apply-patch+yaml" })
    #expect(requests.allSatisfy { $0.query["fieldManager"] == "tests" })
  }

  @Test func `a deletion says which object is meant and what becomes of those it owns`() async throws {
    let server = try ScriptedServer(.json("{}"), .json("{}"))
    let client = try client(server)
    try await client.delete(Job.self, key, uid: "u1", propagation: .background)
    try await client.delete(Job.self, key, uid: nil, propagation: .foreground)
    #expect(
      try server.requests.map { try JSONValue(parsing: $0.body.utf8) } == [
        ["propagationPolicy": "Background", "preconditions": ["uid": "u1"]],
        ["propagationPolicy": "Foreground"],
      ])
  }

  // MARK: - Tokens

  @Test func `a token that was replaced in its file is read again when the server refuses the old one`()
    async throws
  {
    let directory = try TemporaryDirectory()
    let file = try directory.write("token", "old")
    let server = try ScriptedServer(.json(object), .json("{}", status: 401), .json(object))
    let client = try client(server, token: .file(path: file))
    _ = try await client.get(ConfigMap.self, key)
    try directory.write("token", "new")
    _ = try await client.get(ConfigMap.self, key)
    #expect(
      server.requests.map { $0.headers["authorization"] } == ["Bearer old", "Bearer old", "Bearer new"])
  }

  @Test func `a request is repeated once for a new token and no more`() async throws {
    let directory = try TemporaryDirectory()
    let file = try directory.write("token", "wrong")
    let server = try ScriptedServer(.json("{}", status: 401), .json("{}", status: 401))
    let client = try client(server, token: .file(path: file))
    #expect(await failure { _ = try await client.get(ConfigMap.self, key) }?.status?.code == 401)
    #expect(server.requests.count == 2)
  }

  @Test func `a fixed token that is refused is not tried again`() async throws {
    let server = try ScriptedServer(.json("{}", status: 401))
    let client = try client(server, token: .fixed("wrong"))
    #expect(await failure { _ = try await client.get(ConfigMap.self, key) }?.status?.code == 401)
    #expect(server.requests.count == 1)
  }

  @Test func `a token file that is missing is told without asking the server`() async throws {
    let server = try ScriptedServer()
    let client = try client(server, token: .file(path: "/nowhere/token"))
    let error = await failure { _ = try await client.get(ConfigMap.self, key) }
    #expect(error?.description.contains("needs the file /nowhere/token") == true)
    #expect(server.requests.isEmpty)
  }

  // MARK: - Asked again

  @Test func `a server that is busy is asked again as late as it wants`() async throws {
    let server = try ScriptedServer(
      .json("busy", status: 429), .json("busy", status: 503, retryAfter: "7"), .json(object))
    let delays = Mutex<[Duration]>([])
    let client = try KubernetesClient(
      configuration: ClusterConfiguration(server: server.url, origin: "the test"), fieldManager: "tests",
      userAgent: "tests", logger: Logger(label: "test")
    ) { delay in delays.withLock { $0.append(delay) } }
    _ = try await client.create(ConfigMap(metadata: ObjectMetadata(name: "a", namespace: "shop"), data: [:]))
    #expect(delays.withLock { $0 } == [.seconds(1), .seconds(7)])
    #expect(server.requests.map(\.method) == ["POST", "POST", "POST"])
  }

  @Test func `a failure without a time is told at once, and one that lasts with its time`() async throws {
    let server = try ScriptedServer(.json("broken", status: 500))
    let client = try client(server)
    #expect(await failure { _ = try await client.get(ConfigMap.self, key) }?.status?.code == 500)
    #expect(server.requests.count == 1)
    let late = try ScriptedServer(.json("later", status: 503, retryAfter: "3600"))
    let other = try self.client(late)
    #expect(await failure { _ = try await other.get(ConfigMap.self, key) }?.retryAfter == .seconds(3_600))
    #expect(late.requests.count == 1)
  }

  @Test func `who does not wait any more does not wait for a busy server`() async throws {
    let server = try ScriptedServer(.json("busy", status: 429))
    let client = try KubernetesClient(
      configuration: ClusterConfiguration(server: server.url, origin: "the test"), fieldManager: "tests",
      userAgent: "tests", logger: Logger(label: "test")
    ) { _ in throw CancellationError() }
    #expect(await failure { _ = try await client.get(ConfigMap.self, key) }?.isCancelled == true)
    #expect(server.requests.count == 1)
  }

  // MARK: - Answers

  @Test func `a refusal carries the server's own reason`() async throws {
    let server = try ScriptedServer(.json(conflict, status: 409))
    let client = try client(server)
    let error = await failure { _ = try await client.get(ConfigMap.self, key) }
    #expect(error?.isConflict == true)
    #expect(error?.description == "get ConfigMap shop/settings: it has changed (HTTP 409)")
  }

  @Test(arguments: ["<html>Bad gateway</html>", "", #"{"code": 409, "reason": "Conflict"}"#])
  func `a refusal that is not the API server's is told by its status`(text: String) async throws {
    let server = try ScriptedServer(.json(text, status: 502))
    let client = try client(server)
    let error = await failure { _ = try await client.get(ConfigMap.self, key) }
    #expect(error?.status == .init(code: 502))
  }

  @Test func `an answer that is no object names the field`() async throws {
    let server = try ScriptedServer(.json(#"{"metadata":{}}"#))
    let client = try client(server)
    let error = await failure { _ = try await client.get(ConfigMap.self, key) }
    guard case .unreadable(let problem) = error?.cause else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(problem == "'name' is missing at metadata")
  }

  // MARK: - Lists

  private func page(_ names: [String], version: String, next: String = "") -> ScriptedServer.Answer {
    let items = names.map { #"{"metadata":{"name":"\#($0)","namespace":"shop"},"data":{}}"# }
    return .json(
      #"{"metadata":{"resourceVersion":"\#(version)","continue":"\#(next)"},"items":[\#(items.joined(separator: ","))]}"#
    )
  }

  @Test func `all pages of a list are put together`() async throws {
    let server = try ScriptedServer(page(["a"], version: "5", next: "t1"), page(["b", "c"], version: "5"))
    let list = try await client(server).listAll(ConfigMap.self, in: "shop", labelSelector: "x=y")
    #expect(list.items.map(\.metadata.name) == ["a", "b", "c"])
    #expect(list.resourceVersion == "5")
    #expect(server.requests.map { $0.query["continue"] } == [nil, "t1"])
    #expect(server.requests.allSatisfy { $0.query["labelSelector"] == "x=y" && $0.query["limit"] == "500" })
  }

  @Test func `a list whose token expires between two pages begins again`() async throws {
    let server = try ScriptedServer(
      page(["a"], version: "5", next: "t1"), .json(#"{"code":410,"reason":"Expired"}"#, status: 410),
      page(["b"], version: "9"))
    let list = try await client(server).listAll(ConfigMap.self, in: "shop")
    #expect(list.items.map(\.metadata.name) == ["b"])
    #expect(list.resourceVersion == "9")
    #expect(server.requests.map { $0.query["continue"] } == [nil, "t1", nil])
  }

  @Test func `an expired list that was only begun is an error`() async throws {
    let server = try ScriptedServer(.json(#"{"code":410,"reason":"Expired"}"#, status: 410))
    let client = try client(server)
    #expect(await failure { _ = try await client.listAll(ConfigMap.self, in: "shop") }?.isExpired == true)
    #expect(server.requests.count == 1)
  }

  @Test func `an object that does not fit its type does not spoil its list`() async throws {
    let server = try ScriptedServer(
      .json(
        #"""
        {"metadata":{"resourceVersion":"5"},"items":[
          {"metadata":{"name":"a","namespace":"shop"},"data":{}},
          {"metadata":{"name":"odd","namespace":"shop"},"data":{"x":1}}, "nothing",
          {"metadata":{"name":"b","namespace":"shop"},"data":{}}]}
        """#))
    let list = try await client(server).list(ConfigMap.self, in: "shop")
    #expect(list.items.map(\.metadata.name) == ["a", "b"])
    #expect(list.unreadable.map(\.key.name) == ["odd", ""])
    #expect(list.unreadable.first?.problem.contains("data.x") == true)
  }

  @Test(arguments: [#""items":null"#, #""items":[]"#, #""kind":"ConfigMapList""#])
  func `an empty list has many forms`(items: String) async throws {
    let server = try ScriptedServer(.json(#"{"metadata":{"resourceVersion":"5"},\#(items)}"#))
    #expect(try await client(server).list(ConfigMap.self, in: "shop").items.isEmpty)
  }
}
