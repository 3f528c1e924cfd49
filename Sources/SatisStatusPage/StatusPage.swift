public import ControllerRuntime
import Hummingbird
import HummingbirdCore
public import KubernetesClient
public import Logging
import NIOCore
import SatisAPI
public import ServiceLifecycle

/// Serves a page on a port of its own that shows repositories, the queue, and what became of builds, live.
///
/// It reads and never writes. What changes is sent to each open page by server-sent events; the log of a build is read
/// from the API server when somebody looks at it.
public struct StatusPage: Service, CustomStringConvertible {
  /// What can be set from outside.
  public struct Configuration: Sendable {
    /// The namespace whose builds are shown; nil for all.
    public var namespace: String?
    /// The address to listen on.
    public var address: String
    /// The port to listen on.
    public var port: Int
    /// Who may see it.
    public var access: StatusAccess
    /// Pages that may be open at once; more are told to come again.
    public var viewers: Int

    /// Creates a configuration.
    public init(
      namespace: String?, address: String = AllAddresses.host, port: Int, access: StatusAccess,
      viewers: Int = StatusPage.usualViewers
    ) {
      self.namespace = namespace
      self.address = address
      self.port = port
      self.access = access
      self.viewers = viewers
    }
  }

  /// Beside the streams there are the files of the page and the builds that are looked at.
  ///
  /// Beyond these, the connection that has waited longest for a request is closed.
  private static let furtherConnections = 128
  /// Pages that may be open at once where nothing else is said.
  public static let usualViewers = 64
  /// Connections that so many viewers take at most.
  public static let usualConnections = usualViewers + furtherConnections
  /// What an open page may take to be told the end.
  private static let patience: @Sendable () async -> Void = { try? await Task.sleep(for: .seconds(2)) }
  private static let idleTime = TimeAmount.seconds(60)
  private static let headerBytes = 16 << 10

  private let repositories: Informer<ShownRepository>
  private let builds: Informer<ShownBuild>
  private let viewers: Viewers
  private let application: Application<RouterResponder<BasicRequestContext>>

  /// Creates a page that is idle until it is run.
  ///
  /// - Parameter now: the wall clock.
  public init(
    client: KubernetesClient, configuration: Configuration, logger: Logger,
    now: @escaping @Sendable () -> Timestamp
  ) {
    let caches = Board.caches()
    let namespace = configuration.namespace
    let repositories = Informer(
      client: client, namespace: namespace, cache: caches.repositories, logger: logger)
    let builds = Informer(client: client, namespace: namespace, cache: caches.builds, logger: logger)
    self.repositories = repositories
    self.builds = builds
    let viewers = Viewers(limit: configuration.viewers)
    self.viewers = viewers
    let board = Board(
      repositories: caches.repositories, builds: caches.builds,
      signs: {
        [
          .init(absence: repositories.absence, isInterrupted: repositories.isInterrupted),
          .init(absence: builds.absence, isInterrupted: builds.isInterrupted),
        ]
      }, now: now)
    let routes = StatusRoutes(
      doorkeeper: Doorkeeper(access: configuration.access, now: now),
      stream: EventStream(board: board, viewers: viewers) { try await Task.sleep(for: $0) },
      details: BuildReader(namespace: namespace) { key throws(KubernetesError) in
        try await client.get(SatisBuild.self, key)
      })
    application = Application(
      router: routes.router,
      server: Self.server(connections: configuration.viewers + Self.furtherConnections),
      configuration: .init(
        address: .hostname(configuration.address, port: configuration.port), serverName: nil),
      logger: logger)
  }

  /// What stands before the routes.
  ///
  /// - Parameter limit: connections at once.
  static func server(connections limit: Int) -> HTTPServerBuilder {
    let connections = Connections(limit: limit)
    return .http1(
      configuration: .init(
        additionalChannelHandlers: [ConnectionGuard(connections: connections)], idleTimeout: idleTime,
        httpDecoderConfiguration: .init(
          maxHeaderFieldSize: headerBytes, maxHeaderListSize: headerBytes, maxHeaderFieldCount: 100)))
  }

  /// Watches and serves until graceful shutdown or cancellation.
  public func run() async throws {
    try await endingSoon(after: Self.patience) {
      try await withThrowingDiscardingTaskGroup { group in
        group.addTask {
          await repositories.run { keys, _ in viewers.note { $0.repositories.formUnion(keys) } }
        }
        group.addTask { await builds.run { keys, _ in viewers.note { $0.builds.formUnion(keys) } } }
        try await application.run()
        group.cancelAll()
      }
    }
  }

  /// For the log; what it holds is nobody's business.
  public var description: String { "status page" }
}
