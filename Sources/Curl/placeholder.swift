public struct CurlError: Error, Sendable, CustomStringConvertible {
  public enum Phase: String, Sendable { case resolve, connect, tls, send, receive, timeout, http, cancelled, tooLarge, configuration }
  public var phase: Phase
  public var description: String { "" }
}
public struct CurlTLS: Sendable { public init() {}
  public var certificateAuthority: [UInt8]? ; public var clientCertificate: [UInt8]?; public var clientKey: [UInt8]?; public var verifies = true; public var serverName: String? }
public struct CurlRequest: Sendable {
  public enum HTTPVersion: Sendable { case http1_1, http2 }
  public init(method: String, url: String) {}
  public var headers: [(name: String, value: String)] = []
  public var body: [UInt8]?
  public var tls = CurlTLS()
  public var proxy: String?
  public var httpVersion = HTTPVersion.http2
  public var timeout: Duration?
  public var connectTimeout: Duration = .seconds(5)
  public var silenceTimeout: Duration?
  public var maximumBodyBytes = 1
}
public struct CurlResponse: Sendable { public var status: Int; public var headers: [(name: String, value: String)] ; public var body: [UInt8] }
public struct CurlStreamHead: Sendable { public var status: Int }
public struct CurlBody: AsyncSequence, Sendable { public struct AsyncIterator: AsyncIteratorProtocol { public mutating func next() async throws(CurlError) -> [UInt8]? { nil } }
 public func makeAsyncIterator() -> AsyncIterator { .init() } }
public final class CurlClient: Sendable {
  public init() throws(CurlError) {}
  public func send(_ r: CurlRequest) async throws(CurlError) -> CurlResponse { throw CurlError(phase: .send) }
  public func stream<R>(_ request: CurlRequest, _ body: (CurlStreamHead, CurlBody) async throws -> R) async throws -> R { throw CurlError(phase: .send) }
  public func shutdown() async {}
}
