import Curl
public import Logging

/// A client for one API server: typed requests, typed errors, no opinion about controllers.
///
/// It sets no rate limit of its own: API servers have priority and fairness, and low client limits are the
/// commonest self-made bottleneck of operators.
public final class KubernetesClient: Sendable {
  /// The cluster and who the client is there.
  public let configuration: ClusterConfiguration
  /// The name under which the server records this client's writes.
  public let fieldManager: String

  let transport: Transport
  let limits: ClientLimits
  let observe: @Sendable (ClientObservation) -> Void
  /// How a request or a watch waits before it is sent again.
  let sleep: @Sendable (Duration) async throws -> Void
  /// Whether the server has streaming lists, as far as is known.
  let streamingLists: StreamingLists

  /// Creates a client; nothing is sent yet.
  ///
  /// - Parameter observe: is told what is asked and answered, and returns at once.
  /// - Throws: `KubernetesError` when libcurl cannot be set up.
  public convenience init(
    configuration: ClusterConfiguration, fieldManager: String, userAgent: String, logger: Logger,
    observe: @escaping @Sendable (ClientObservation) -> Void = { _ in }
  ) throws(KubernetesError) {
    try self.init(
      configuration: configuration, fieldManager: fieldManager, userAgent: userAgent, logger: logger,
      observe: observe
    ) { try await Task.sleep(for: $0) }
  }

  /// - Parameters:
  ///   - limits: how long it waits for the server.
  ///   - sleep: how a request or a watch waits before it is sent again.
  init(
    configuration: ClusterConfiguration, fieldManager: String, userAgent: String,
    limits: ClientLimits = ClientLimits(), logger: Logger,
    observe: @escaping @Sendable (ClientObservation) -> Void = { _ in },
    sleep: @escaping @Sendable (Duration) async throws -> Void
  ) throws(KubernetesError) {
    self.configuration = configuration
    self.fieldManager = fieldManager
    self.limits = limits
    self.observe = observe
    self.sleep = sleep
    streamingLists = StreamingLists()
    transport = try Transport(
      configuration: configuration, userAgent: userAgent, limits: limits, logger: logger, observe: observe,
      sleep: sleep)
  }

  private init(_ other: KubernetesClient, transport: Transport) {
    configuration = other.configuration
    fieldManager = other.fieldManager
    limits = other.limits
    observe = other.observe
    sleep = other.sleep
    streamingLists = other.streamingLists
    self.transport = transport
  }

  /// The same client, credentials included, with connections of its own.
  ///
  /// Requests share a connection, and when it dies in silence all of them hang until the kernel gives it up. What cannot
  /// wait as long is better off by itself: a request that is given up takes a connection that nobody else uses with it,
  /// and the next one makes another.
  ///
  /// Its connections end with it, or by its own `shutdown`.
  public func withOwnConnections() throws(KubernetesError) -> KubernetesClient {
    KubernetesClient(self, transport: try transport.withOwnConnections())
  }

  /// Ends every transfer and the thread behind them.
  public func shutdown() async {
    await transport.shutdown()
  }

  /// Reads one object from the server, never from a cache of this process.
  ///
  /// - Parameter notOlderThan: a version that the object must have reached; the server may then answer from its memory,
  ///   which spares it a read of its storage. `"0"` is whatever version it has in memory: usually some milliseconds behind,
  ///   and more where it is in trouble, or one of several servers. Nil reads the most recent version.
  public func get<Object: KubernetesObject>(
    _ type: Object.Type, _ key: NamespacedName, notOlderThan: String? = nil
  ) async throws(KubernetesError) -> Object {
    var request = APIRequest(verb: .get, on: Object.resourceType, key: key)
    request.query("resourceVersion", notOlderThan)
    if Object.isMetadataOnly { request.reducedKind = "PartialObjectMetadata" }
    return try await transport.object(Object.self, request)
  }

  /// Lists a page of objects.
  ///
  /// - Parameters:
  ///   - notOlderThan: a version that the list must have reached; the server may then answer from its memory. Nil
  ///     reads from the server's storage.
  ///   - continueToken: continues an earlier list, at its version.
  public func list<Object: KubernetesObject>(
    _ type: Object.Type,
    in namespace: String?,
    labelSelector: String? = nil,
    fieldSelector: String? = nil,
    limit: Int? = nil,
    notOlderThan: String? = nil,
    continueToken: String? = nil
  ) async throws(KubernetesError) -> ObjectList<Object> {
    try await transport.list(
      Object.self,
      listing(type, in: namespace, labelSelector, fieldSelector, limit, notOlderThan, continueToken))
  }

  /// Lists a page that may be as large as the collection, over a connection of its own.
  ///
  /// Whatever the limit is, a server that answers from its memory may send everything.
  func longList<Object: KubernetesObject>(
    _ type: Object.Type, in namespace: String?, labelSelector: String?, fieldSelector: String?,
    limit: Int, notOlderThan: String?, continueToken: String?
  ) async throws(KubernetesError) -> ObjectList<Object> {
    try await transport.longList(
      Object.self,
      listing(type, in: namespace, labelSelector, fieldSelector, limit, notOlderThan, continueToken))
  }

  private func listing<Object: KubernetesObject>(
    _ type: Object.Type, in namespace: String?, _ labelSelector: String?, _ fieldSelector: String?,
    _ limit: Int?, _ notOlderThan: String?, _ continueToken: String?
  ) -> APIRequest {
    var request = APIRequest(verb: .list, on: Object.resourceType, namespace: namespace)
    request.query("labelSelector", labelSelector)
    request.query("fieldSelector", fieldSelector)
    request.query("limit", limit.map(String.init))
    request.query("resourceVersion", notOlderThan)
    request.query("resourceVersionMatch", notOlderThan.map { _ in "NotOlderThan" })
    request.query("continue", continueToken)
    if Object.isMetadataOnly { request.reducedKind = "PartialObjectMetadataList" }
    return request
  }

  /// Lists all pages.
  ///
  /// When the token between two pages expires, the list begins again.
  public func listAll<Object: KubernetesObject>(
    _ type: Object.Type, in namespace: String?, labelSelector: String? = nil, fieldSelector: String? = nil
  ) async throws(KubernetesError) -> ObjectList<Object> {
    var all: ObjectList<Object>?
    repeat {
      do throws(KubernetesError) {
        var page = try await list(
          type, in: namespace, labelSelector: labelSelector, fieldSelector: fieldSelector, limit: 500,
          continueToken: all?.continueToken)
        page.items = (all?.items ?? []) + page.items
        page.unreadable = (all?.unreadable ?? []) + page.unreadable
        all = page
      } catch {
        guard error.isExpired, all != nil else { throw error }
        all = nil
      }
    } while all.map { $0.continueToken?.isEmpty == false } ?? true
    return all ?? ObjectList(items: [], unreadable: [], resourceVersion: "")
  }

  /// Creates an object.
  ///
  /// A response lost after the commit shows as `isAlreadyExists` on the next try, so names have to be
  /// repeatable.
  public func create<Object: KubernetesObject>(_ object: Object) async throws(KubernetesError) -> Object {
    try await transport.object(Object.self, creation(of: object))
  }

  /// Creates an object and returns its metadata only, which spares both sides the writing and reading of a content
  /// that the caller has.
  public func createReturningMetadata<Object: KubernetesObject>(
    _ object: Object
  ) async throws(KubernetesError) -> ObjectMetadata {
    try await metadata(Object.self, creation(of: object))
  }

  /// Creates an object from a whole manifest and returns its metadata only.
  public func createReturningMetadata<Object: KubernetesObject>(
    _ type: Object.Type, manifest: JSONValue, key: NamespacedName
  ) async throws(KubernetesError) -> ObjectMetadata {
    try await metadata(type, creation(of: manifest, type, key))
  }

  private func creation<Object: KubernetesObject>(of object: Object) throws(KubernetesError) -> APIRequest {
    try creation(of: Manifest(object: object), Object.self, object.key)
  }

  private func creation<Object: KubernetesObject>(
    of manifest: some Encodable, _ type: Object.Type, _ key: NamespacedName
  ) throws(KubernetesError) -> APIRequest {
    var request = APIRequest(
      verb: .create, on: Object.resourceType, namespace: key.namespace, name: key.name)
    request.query("fieldManager", fieldManager)
    try request.body(manifest)
    return request
  }

  private func metadata<Object: KubernetesObject>(
    _ type: Object.Type, _ request: APIRequest
  ) async throws(KubernetesError) -> ObjectMetadata {
    var request = request
    request.reducedKind = "PartialObjectMetadata"
    return try await transport.object(ObjectIdentity<Object>.self, request).metadata
  }

  /// Merges a patch (RFC 7396) into an object or its status.
  ///
  /// - Parameter resourceVersion: the version the patch was decided on; if the object has another one by now,
  ///   the server refuses (`isConflict`). Nil merges into whatever is there.
  public func mergePatch<Object: KubernetesObject>(
    _ type: Object.Type,
    _ key: NamespacedName,
    subresource: Subresource? = nil,
    patch: JSONValue,
    resourceVersion: String?
  ) async throws(KubernetesError) -> Object {
    var request = APIRequest(verb: .patch, on: Object.resourceType, key: key, subresource: subresource)
    request.contentType = "application/merge-patch+json"
    request.query("fieldManager", fieldManager)
    var patch = patch
    if let resourceVersion {
      var metadata = patch["metadata"] ?? [:]
      metadata["resourceVersion"] = .string(resourceVersion)
      patch["metadata"] = metadata
    }
    try request.body(patch)
    return try await transport.object(Object.self, request)
  }

  /// Server-side apply: states the fields this client owns and creates the object if it is not there.
  ///
  /// - Parameter force: takes fields over from other managers instead of failing with a conflict.
  public func apply<Object: KubernetesObject>(
    _ type: Object.Type,
    manifest: JSONValue,
    key: NamespacedName,
    subresource: Subresource? = nil,
    force: Bool = true
  ) async throws(KubernetesError) -> Object {
    var request = APIRequest(verb: .patch, on: Object.resourceType, key: key, subresource: subresource)
    // JSON is YAML; servers before 1.34 know no apply type for JSON.
    request.contentType = "application/apply-patch+yaml"
    request.query("fieldManager", fieldManager)
    request.query("force", force ? "true" : "false")
    try request.body(manifest)
    return try await transport.object(Object.self, request)
  }

  /// Deletes an object.
  ///
  /// - Parameters:
  ///   - uid: the object meant; another one of the same name stays (`isConflict`).
  ///   - propagation: what becomes of the objects it owns.
  public func delete<Object: KubernetesObject>(
    _ type: Object.Type, _ key: NamespacedName, uid: String?, propagation: DeletionPropagation
  ) async throws(KubernetesError) {
    var request = APIRequest(verb: .delete, on: Object.resourceType, key: key)
    var options: JSONValue = ["propagationPolicy": .string(propagation.rawValue)]
    if let uid { options["preconditions"] = ["uid": .string(uid)] }
    try request.body(options)
    _ = try await transport.send(request)
  }
}

/// A part of an object with an endpoint and access rules of its own.
public enum Subresource: String, Sendable {
  /// What the controller reports.
  case status
  /// What a pod's container prints.
  case log
}

/// What becomes of the objects that a deleted object owns.
public enum DeletionPropagation: String, Sendable {
  /// They are deleted afterwards, by the garbage collector.
  case background = "Background"
  /// They are deleted first, and the object stays until they are gone.
  case foreground = "Foreground"
}

/// An object together with the `apiVersion` and `kind` that a manifest has to carry.
private struct Manifest<Object: KubernetesObject>: Encodable {
  let object: Object

  private enum CodingKeys: CodingKey {
    case apiVersion
    case kind
  }

  func encode(to encoder: any Encoder) throws {
    try object.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(Object.resourceType.apiVersion, forKey: .apiVersion)
    try container.encode(Object.resourceType.kind, forKey: .kind)
  }
}
