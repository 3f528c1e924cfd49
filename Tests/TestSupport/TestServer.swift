import FoundationEssentials
public import KubernetesClient
public import Logging
import SatisAPI

/// The API server that `Tests/Cluster/with-apiserver` or `Tests/Cluster/with-cluster` has started for this run.
public struct TestServer: Sendable {
  /// A client with all rights.
  public let client: KubernetesClient
  /// Its kubeconfig.
  public let kubeconfig: String

  /// Connects to the server.
  ///
  /// - Parameter variable: the environment variable with the path of its kubeconfig.
  /// - Throws: when there is none, so that a test fails instead of being skipped.
  public init(kubeconfigIn variable: String = "SATIS_TEST_KUBECONFIG") throws {
    let environment = ProcessInfo.processInfo.environment
    guard let kubeconfig = environment[variable] else {
      throw TestFailure("\(variable) is not set; run the tests by `make test`")
    }
    try self.init(kubeconfig: kubeconfig)
  }

  /// Connects to the server of a kubeconfig.
  public init(kubeconfig: String) throws {
    self.kubeconfig = kubeconfig
    let configuration = try ClusterConfiguration.discover(kubeconfig: kubeconfig, environment: [:])
    client = try KubernetesClient(
      configuration: configuration, fieldManager: "test", userAgent: "satis-operator-tests", logger: .quiet)
  }

  /// Another client with all rights, which writes under another name.
  public func client(fieldManager: String) throws -> KubernetesClient {
    try KubernetesClient(
      configuration: client.configuration, fieldManager: fieldManager, userAgent: "satis-operator-tests",
      logger: .quiet)
  }

  /// A kubeconfig for the server with the rights of a token.
  ///
  /// - Parameter user: the name of its entry for the user.
  public func kubeconfig(user: String, token: String) -> String {
    let cluster = client.configuration
    return """
      apiVersion: v1
      kind: Config
      current-context: test
      contexts: [{name: test, context: {cluster: test, user: \(user)}}]
      users: [{name: \(user), user: {token: \(token)}}]
      clusters:
      - name: test
        cluster:
          server: \(cluster.server)
          certificate-authority-data: \(Data(cluster.certificateAuthority?.bytes ?? []).base64EncodedString())
      """
  }

  /// Makes a namespace for one test, runs it, and deletes the namespace.
  public func withNamespace<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let name = "test-\(UInt32.random(in: 0 ... .max))"
    _ = try await client.create(Namespace(metadata: ObjectMetadata(name: name, namespace: nil)))
    do {
      let result = try await body(name)
      try await deleteNamespace(name)
      return result
    } catch {
      try? await deleteNamespace(name)
      throw error
    }
  }

  private func deleteNamespace(_ name: String) async throws {
    try await client.delete(
      Namespace.self, NamespacedName(namespace: "", name: name), uid: nil, propagation: .background)
  }

  /// Waits until an object satisfies a condition, by watching it.
  ///
  /// A test's time limit bounds the wait.
  @discardableResult
  public func wait<Object: KubernetesObject>(
    for type: Object.Type, _ name: String, in namespace: String,
    until isSatisfied: @escaping @Sendable (Object) -> Bool
  ) async throws -> Object {
    try await observe(type, in: namespace) { $0.metadata.name == name && isSatisfied($0) }
  }

  /// Waits for the first object of a namespace that satisfies a condition.
  public func observe<Object: KubernetesObject>(
    _ type: Object.Type, in namespace: String, labelSelector: String? = nil,
    where isSatisfied: @escaping @Sendable (Object) -> Bool
  ) async throws -> Object {
    try await watch(type, in: namespace, labelSelector: labelSelector) { update in
      switch update {
      case .replaced(let objects, _): objects.first(where: isSatisfied)
      case .applied(let object): isSatisfied(object) ? object : nil
      case .deleted, .unreadable: nil
      }
    }
  }

  /// Waits until there is no object of a name.
  public func waitUntilGone<Object: KubernetesObject>(
    _ type: Object.Type, _ name: String, in namespace: String
  ) async throws {
    try await watch(type, in: namespace, labelSelector: nil) { update -> Bool? in
      switch update {
      case .replaced(let objects, _): objects.contains { $0.metadata.name == name } ? nil : true
      case .deleted(let object): object.metadata.name == name ? true : nil
      case .applied, .unreadable: nil
      }
    }
  }

  /// Watches until an update is what is waited for.
  @discardableResult
  private func watch<Object: KubernetesObject, Found: Sendable>(
    _ type: Object.Type, in namespace: String, labelSelector: String?,
    until find: @escaping @Sendable (WatchUpdate<Object>) -> Found?
  ) async throws -> Found {
    let watcher = Watcher<Object>(
      client: client, namespace: namespace, labelSelector: labelSelector, logger: .quiet)
    let (matches, continuation) = AsyncStream<Found>.makeStream()
    return try await withThrowingTaskGroup(of: Found?.self) { group in
      group.addTask {
        await watcher.run { update in
          if let found = find(update) { continuation.yield(found) }
        }
        return nil
      }
      group.addTask {
        for await match in matches { return match }
        return nil
      }
      defer { group.cancelAll() }
      for try await found in group {
        if let found { return found }
        break
      }
      throw TestFailure("the wait for a \(Object.resourceType.kind) was cancelled")
    }
  }
}

/// A namespace.
public struct Namespace: KubernetesObject {
  /// Where the kind is served.
  public static let resourceType = ResourceType(
    group: "", version: "v1", kind: "Namespace", plural: "namespaces")

  /// Name, version, labels and owners.
  public var metadata: ObjectMetadata
}

/// Why a test cannot go on.
public struct TestFailure: Error, CustomStringConvertible {
  /// The text for messages.
  public let description: String

  /// Says why.
  public init(_ description: String) {
    self.description = description
  }
}

extension Logger {
  /// Discards everything below an error.
  public static var quiet: Logger {
    var logger = Logger(label: "test") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = .error
    return logger
  }
}
