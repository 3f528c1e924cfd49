import Hummingbird
import KubernetesClient
import SatisAPI
import Synchronization

/// Reads one build from the server for those who look at it.
///
/// Whoever may see the page may ask as often as they like, so only so many questions are at the API server at once.
final class BuildReader: Sendable {
  /// Questions at once.
  static let limit = 8

  private let read: @Sendable (NamespacedName) async throws(KubernetesError) -> SatisBuild
  /// The namespace that is served; nil for all.
  private let namespace: String?
  private let asked = Mutex(0)

  init(
    namespace: String?, read: @escaping @Sendable (NamespacedName) async throws(KubernetesError) -> SatisBuild
  ) {
    self.namespace = namespace
    self.read = read
  }

  /// 200 with `BuildDetails` as JSON; 404 when there is no such build, 503 when nobody can tell.
  func callAsFunction(_ key: NamespacedName) async throws -> Response {
    guard namespace == nil || namespace == key.namespace else { return Response(status: .notFound) }
    let hasRoom = asked.withLock { asked in
      guard asked < Self.limit else { return false }
      asked += 1
      return true
    }
    guard hasRoom else { return Response(status: .serviceUnavailable, headers: [.retryAfter: "5"]) }
    defer { asked.withLock { $0 -= 1 } }
    let build: SatisBuild
    do throws(KubernetesError) {
      build = try await read(key)
    } catch {
      return Response(status: error.isNotFound ? .notFound : .serviceUnavailable)
    }
    return try Self.response(BuildDetails(build))
  }

  private static func response(_ details: BuildDetails) throws -> Response {
    let text = try JSONValue(encoding: details).serialized()
    return Response(
      status: .ok, headers: [.contentType: "application/json"],
      body: .init(byteBuffer: ByteBuffer(string: text)))
  }
}
