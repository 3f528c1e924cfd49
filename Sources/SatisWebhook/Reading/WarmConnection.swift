import KubernetesClient
import Logging
import ServiceLifecycle

/// Keeps the connection to the API server open while nobody calls.
///
/// API servers end connections after 90 seconds without a request (`IdleTimeout` of Kubernetes' secure server). The next
/// push would have to wait until there is a new one: TCP and TLS, several times as long as a request. The first call
/// after the start is spared that as well.
struct WarmConnection: Service {
  /// No repository is called that; it need not be there.
  private static let name = "satis-webhook-keeps-the-connection"
  private static let interval: Duration = .seconds(60)

  let store: any BuildStore
  let namespace: String
  let logger: Logger
  var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

  func run() async {
    await cancelWhenGracefulShutdown {
      var wasAway = false
      while !Task.isCancelled {
        let problem = await ask()
        if let problem, !wasAway, !Task.isCancelled {
          logger.warning(
            "the API server does not answer; calls are answered 503 until it does",
            metadata: ["error": "\(problem)"])
        }
        wasAway = problem != nil
        try? await sleep(Self.interval)
      }
    }
  }

  /// - Returns: why there is no answer; that there is nothing, or nothing to be seen, is one.
  private func ask() async -> KubernetesError? {
    do throws(KubernetesError) {
      _ = try await store.repository(NamespacedName(namespace: namespace, name: Self.name))
      return nil
    } catch {
      return error.isNotFound || error.isForbidden ? nil : error
    }
  }
}
