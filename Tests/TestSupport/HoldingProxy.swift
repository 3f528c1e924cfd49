import Curl
import Foundation
import HTTPTypes
import Hummingbird
public import KubernetesClient
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

/// A proxy before the API server that holds requests back, so that a test can kill the client at that moment.
///
/// It speaks plain HTTP on a free loopback port and carries every request to the server with the server's own
/// credentials.
public final class HoldingProxy: Sendable {
  /// Where in the life of a request it is held.
  public enum Point: Sendable {
    /// The server has not seen the request.
    case beforeForwarding
    /// The server has answered; the answer never arrives.
    case afterForwarding
  }

  private let upstream: ClusterConfiguration
  private let curl: CurlClient
  private let holdPoint: Point
  private let isHeld: @Sendable (_ method: String, _ path: String) -> Bool
  private let held = AsyncStream<Void>.makeStream()
  private let started = AsyncStream<Int>.makeStream()

  /// Makes a proxy that holds the requests that a predicate names.
  public init(
    upstream: ClusterConfiguration, hold point: Point,
    where isHeld: @escaping @Sendable (_ method: String, _ path: String) -> Bool
  ) throws {
    self.upstream = upstream
    holdPoint = point
    self.isHeld = isHeld
    curl = try CurlClient()
  }

  /// Returns when a request is held.
  public func waitUntilHolding() async {
    for await _ in held.stream { return }
  }

  /// Runs the proxy while the body runs, which gets the path of a kubeconfig that leads through it.
  public func run<Result: Sendable>(
    _ body: @Sendable (_ kubeconfig: String) async throws -> Result
  ) async throws -> Result {
    let router = Router()
    for method in [HTTPRequest.Method.get, .post, .patch, .put, .delete] {
      router.on("**", method: method) { request, _ in try await self.forward(request) }
    }
    let application = Application(
      router: router,
      configuration: .init(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { [continuation = started.continuation] channel in
        continuation.yield(channel.localAddress?.port ?? 0)
      },
      logger: .quiet)
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await application.run() }
      var ports = started.stream.makeAsyncIterator()
      let port = await ports.next() ?? 0
      let path = FileManager.default.temporaryDirectory.appendingPathComponent("proxy-\(port).kubeconfig")
      try Self.kubeconfig(port: port).write(to: path, atomically: true, encoding: .utf8)
      defer { try? FileManager.default.removeItem(at: path) }
      let result = try await body(path.path)
      group.cancelAll()
      return result
    }
  }

  private func forward(_ request: Request) async throws -> Response {
    let method = request.method.rawValue
    let target = request.uri.string
    let isHeld = isHeld(method, request.uri.path)
    if isHeld, holdPoint == .beforeForwarding { try await holdForEver() }
    var outgoing = CurlRequest(method: method, url: upstream.server + target)
    outgoing.tls.certificateAuthority = upstream.certificateAuthority?.bytes
    outgoing.maximumBodyBytes = 64 << 20
    if case .fixed(let token) = upstream.token {
      outgoing.headers.append(("Authorization", "Bearer \(token)"))
    }
    if let type = request.headers[.contentType] { outgoing.headers.append(("Content-Type", type)) }
    let body = try await request.body.collect(upTo: 8 << 20)
    if body.readableBytes > 0 { outgoing.body = Array(body.readableBytesView) }
    if request.uri.queryParameters["watch"] == "true" { return await watch(outgoing) }
    let answer = try await curl.send(outgoing)
    if isHeld { try await holdForEver() }
    return Response(
      status: .init(code: answer.status), headers: [.contentType: "application/json"],
      body: .init(byteBuffer: ByteBuffer(bytes: answer.body)))
  }

  private func watch(_ request: CurlRequest) async -> Response {
    let (heads, head) = AsyncStream<Int>.makeStream()
    let (chunks, continuation) = AsyncThrowingStream<ByteBuffer, any Error>.makeStream()
    let transfer = Task { [curl, request] in
      do {
        try await curl.stream(request) { answer, body in
          head.yield(answer.status)
          for try await chunk in body { continuation.yield(ByteBuffer(bytes: chunk)) }
        }
        continuation.finish()
      } catch {
        head.finish()
        continuation.finish(throwing: error)
      }
    }
    // The client's end of the watch ends the server's.
    continuation.onTermination = { _ in transfer.cancel() }
    let status = await heads.first { _ in true } ?? 502
    return Response(
      status: .init(code: status), headers: [.contentType: "application/json"],
      body: .init(asyncSequence: chunks))
  }

  /// Ends with the proxy: the client that waits for the answer is killed meanwhile.
  private func holdForEver() async throws -> Never {
    held.continuation.yield()
    let never = AsyncStream<Never>.makeStream()
    for await _ in never.stream {}
    throw CancellationError()
  }

  private static func kubeconfig(port: Int) -> String {
    """
    apiVersion: v1
    kind: Config
    current-context: proxy
    clusters: [{name: proxy, cluster: {server: "http://127.0.0.1:\(port)"}}]
    users: [{name: nobody, user: {}}]
    contexts: [{name: proxy, context: {cluster: proxy, user: nobody}}]
    """
  }
}
