import ControllerRuntime
import FoundationEssentials
import KubernetesClient
import Logging
import SatisAPI
import SatisPlugin

/// The cluster and the namespace that a command of the plugin works in.
struct PluginCluster: Sendable {
  let client: KubernetesClient
  let namespace: String
  let logger: Logger

  /// Finds the cluster as kubectl does, and works in it.
  ///
  /// - Parameter namespace: nil for that of the kubeconfig's context.
  static func open<Result>(
    namespace: String?, context: String?, kubeconfig: String?, _ body: (Self) async throws -> Result
  ) async throws -> Result {
    let configuration = try ClusterConfiguration.discover(
      kubeconfig: kubeconfig, context: context, environment: ProcessInfo.processInfo.environment)
    var logger = Logger(label: KubectlSatis.executable) { label in
      RedactingLogHandler(StreamLogHandler.standardError(label: label)) { RedactedText($0).description }
    }
    // Whoever waits wants to know that the server is away.
    logger.logLevel = .warning
    let client = try KubernetesClient(
      configuration: configuration, fieldManager: KubectlSatis.executable, userAgent: Version.userAgent,
      logger: logger)
    let cluster = Self(client: client, namespace: namespace ?? configuration.namespace, logger: logger)
    do {
      let result = try await body(cluster)
      await client.shutdown()
      return result
    } catch {
      await client.shutdown()
      throw error
    }
  }

  /// The key of a name in the namespace.
  func key(_ name: String) -> NamespacedName { NamespacedName(namespace: namespace, name: name) }

  /// All repositories of the namespace.
  func repositories() async throws(KubernetesError) -> [SatisRepository] {
    try await client.listAll(SatisRepository.self, in: namespace).items
  }

  /// The repository of a name, or else the only one of the namespace.
  func repository(_ name: String?) async throws -> SatisRepository {
    if let name { return try await client.get(SatisRepository.self, key(ObjectName.plain(name))) }
    return try RepositoryChoice.only(of: try await repositories(), in: namespace)
  }

  /// The build of a name, or else the one that was asked for last.
  ///
  /// - Parameter repository: of which repository, where no build is named; nil for any.
  func build(_ name: String?, of repository: String?) async throws -> SatisBuild {
    if let name { return try await client.get(SatisBuild.self, key(ObjectName.plain(name))) }
    guard let newest = try await builds(of: repository).newestFirst.first else {
      let owner = repository.map { "SatisRepository '\($0)'" } ?? "the namespace '\(namespace)'"
      throw PluginFailure(.noAnswer, "\(owner) has no SatisBuild")
    }
    return newest
  }

  /// All builds of the namespace, or those of one repository.
  func builds(of repository: String? = nil) async throws(KubernetesError) -> [SatisBuild] {
    try await client.listAll(SatisBuild.self, in: namespace).items.filter {
      repository == nil || $0.spec.repositoryRef.name == repository
    }
  }

  /// Watches objects of the namespace until the body has its answer.
  ///
  /// - Throws: `KubernetesError` where the user may not see them, and what the body throws.
  func watching<Object: KubernetesObject, Answer: Sendable>(
    _ type: Object.Type, labelSelector: String? = nil, fieldSelector: String? = nil,
    _ body: @escaping @Sendable (AsyncStream<WatchUpdate<Object>>) async throws -> Answer
  ) async throws -> Answer {
    // Asked once, since a watcher asks again for as long as it is refused.
    _ = try await client.list(
      type, in: namespace, labelSelector: labelSelector, fieldSelector: fieldSelector, limit: 1)
    let watcher = Watcher<Object>(
      client: client, namespace: namespace, labelSelector: labelSelector, fieldSelector: fieldSelector,
      logger: logger)
    let (updates, continuation) = AsyncStream<WatchUpdate<Object>>.makeStream()
    return try await withThrowingTaskGroup(of: Answer?.self) { group in
      group.addTask {
        await watcher.run { continuation.yield($0) }
        return nil
      }
      group.addTask { try await body(updates) }
      defer { group.cancelAll() }
      for try await answer in group {
        if let answer { return answer }
      }
      throw CancellationError()
    }
  }
}
