import Curl
import Foundation
import HTTPTypes
import Hummingbird
public import KubernetesClient
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

/// A proxy before the real API server that does to requests and answers what networks, load balancers and busy servers do.
///
/// It speaks plain HTTP on a free loopback port and carries every request to the server with the server's own
/// credentials.
public final class FaultProxy: Sendable {
  /// A request as it came.
  public struct Incoming: Sendable {
    /// Such as `GET`.
    public var method: String
    /// The path without the query.
    public var path: String
    /// The query's values by name.
    public var query: [String: String]
    /// Whether the answer is a stream of events.
    public var isWatch: Bool { query["watch"] == "true" || query["watch"] == "1" }
  }

  private let upstream: ClusterConfiguration
  private let curl: CurlClient
  private let fault: @Sendable (Incoming) -> Fault?
  private let held = AsyncStream<Void>.makeStream()
  private let started = AsyncStream<any Channel>.makeStream()

  /// Makes a proxy.
  ///
  /// - Parameter fault: what happens to a request; nil for nothing.
  public init(upstream: ClusterConfiguration, fault: @escaping @Sendable (Incoming) -> Fault?) throws {
    self.upstream = upstream
    self.fault = fault
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
      router.on("**", method: method) { request, _ in try await self.serve(request) }
    }
    let application = Application(
      router: router,
      configuration: .init(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { [continuation = started.continuation] channel in
        continuation.yield(channel)
      },
      logger: .quiet)
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await application.run() }
      var channels = started.stream.makeAsyncIterator()
      let channel = await channels.next()
      let port = channel?.localAddress?.port ?? 0
      let path = FileManager.default.temporaryDirectory.appendingPathComponent("proxy-\(port).kubeconfig")
      try Self.kubeconfig(port: port).write(to: path, atomically: true, encoding: .utf8)
      defer { try? FileManager.default.removeItem(at: path) }
      let result: Result
      do {
        result = try await body(path.path)
      } catch {
        await Self.stopListening(channel)
        throw error
      }
      await Self.stopListening(channel)
      group.cancelAll()
      return result
    }
  }

  /// A connection that came while the server is being cancelled would end the process.
  private static func stopListening(_ channel: (any Channel)?) async {
    try? await channel?.close()
  }

  // MARK: - One request

  private func serve(_ request: Request) async throws -> Response {
    let incoming = Incoming(
      method: request.method.rawValue, path: request.uri.path,
      query: Dictionary(
        request.uri.queryParameters.map { (String($0.key), String($0.value)) }, uniquingKeysWith: { $1 }))
    let fault = fault(incoming)
    switch fault {
    case .hold(.beforeForwarding): try await holdForEver()
    case .lose(.beforeForwarding): return Self.broken
    case .answer(let status, let headers, let body):
      var fields: HTTPFields = [.contentType: "application/json"]
      for (name, value) in headers {
        if let name = HTTPField.Name(name) { fields[name] = value }
      }
      return Response(
        status: .init(code: status), headers: fields, body: .init(byteBuffer: ByteBuffer(string: body)))
    case .hold, .lose, .deliver, nil: break
    }
    var delivery = Fault.Delivery()
    if case .deliver(let wanted) = fault { delivery = wanted }
    if let delay = delivery.delay { try await Task.sleep(for: delay) }

    let outgoing = try await outgoing(request)
    if incoming.isWatch { return await watch(outgoing, delivery) }
    let answer = try await curl.send(outgoing)
    switch fault {
    case .hold: try await holdForEver()
    case .lose: return Self.broken
    case .answer, .deliver, nil: break
    }
    let (chunks, continuation) = AsyncThrowingStream<ByteBuffer, any Error>.makeStream()
    let link = Link(delivery, continuation)
    if link.send(answer.body) { link.end() }
    return Response(
      status: .init(code: answer.status), headers: [.contentType: "application/json"],
      body: .init(asyncSequence: chunks))
  }

  private func outgoing(_ request: Request) async throws -> CurlRequest {
    var outgoing = CurlRequest(
      method: request.method.rawValue, url: upstream.server + request.uri.string)
    outgoing.tls.certificateAuthority = upstream.certificateAuthority?.bytes
    outgoing.maximumBodyBytes = 64 << 20
    if case .fixed(let token) = upstream.token {
      outgoing.headers.append(("Authorization", "Bearer \(token)"))
    }
    for field in [HTTPField.Name.contentType, .accept] {
      if let value = request.headers[field] { outgoing.headers.append((field.rawName, value)) }
    }
    let body = try await request.body.collect(upTo: 8 << 20)
    if body.readableBytes > 0 { outgoing.body = Array(body.readableBytesView) }
    return outgoing
  }

  private func watch(_ request: CurlRequest, _ delivery: Fault.Delivery) async -> Response {
    let (chunks, continuation) = AsyncThrowingStream<ByteBuffer, any Error>.makeStream()
    let (heads, head) = AsyncStream<Int>.makeStream()
    let link = Link(delivery, continuation)
    let transfer = Task { [curl, request] in
      defer { head.finish() }
      do {
        try await curl.stream(request) { answer, body in
          head.yield(answer.status)
          for try await chunk in body {
            guard link.send(chunk) else { return }
          }
        }
        link.end()
      } catch {
        continuation.finish(throwing: error)
      }
    }
    // The client's end of the watch ends the server's.
    continuation.onTermination = { _ in transfer.cancel() }
    var statuses = heads.makeAsyncIterator()
    guard let status = await statuses.next() else { return Self.broken }
    return Response(
      status: .init(code: status), headers: [.contentType: "application/json"],
      body: .init(asyncSequence: chunks))
  }

  /// The way of an answer's bytes to the client.
  private final class Link: Sendable {
    private let delivery: Fault.Delivery
    private let continuation: AsyncThrowingStream<ByteBuffer, any Error>.Continuation
    private let sent = Mutex(0)
    private let isOver = Mutex(false)

    init(_ delivery: Fault.Delivery, _ continuation: AsyncThrowingStream<ByteBuffer, any Error>.Continuation)
    {
      self.delivery = delivery
      self.continuation = continuation
    }

    /// - Returns: whether more may follow.
    func send(_ bytes: [UInt8]) -> Bool {
      let before = sent.withLock { sent in
        defer { sent += bytes.count }
        return sent
      }
      let room = delivery.limitBytes.map { max(0, $0 - before) } ?? bytes.count
      var rest = bytes.prefix(room)
      while !rest.isEmpty {
        let piece = rest.prefix(delivery.pieceBytes ?? rest.count)
        continuation.yield(ByteBuffer(bytes: piece))
        rest = rest.dropFirst(piece.count)
      }
      guard room < bytes.count else { return true }
      isOver.withLock { $0 = true }
      switch delivery.ending {
      case .cut: continuation.finish(throwing: Broken())
      case .stall: break
      case .complete: continuation.finish()
      }
      return false
    }

    /// All has been sent.
    func end() {
      if !isOver.withLock({ $0 }) { continuation.finish() }
    }
  }

  private struct Broken: Error {}

  /// An answer whose connection breaks before it is whole.
  private static var broken: Response {
    let (chunks, continuation) = AsyncThrowingStream<ByteBuffer, any Error>.makeStream()
    continuation.finish(throwing: Broken())
    return Response(status: .ok, headers: [:], body: .init(asyncSequence: chunks))
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
