/// An HTTP request.
public struct CurlRequest: Sendable {
  /// The method, as in `GET`.
  public var method: String
  /// The URL, http or https.
  public var url: String
  /// Header fields in order.
  public var headers: [(name: String, value: String)] = []
  /// The body; nil for none.
  public var body: [UInt8]?
  /// Whom to trust and who to be.
  public var tls = TLS()
  /// A proxy's URL.
  public var proxy: String?
  /// The version of HTTP.
  public var httpVersion = HTTPVersion.http2
  /// Longest time until there is a connection, TLS included.
  public var connectTimeout: Duration = .seconds(10)
  /// Longest time until the whole answer is there; nil for none.
  public var timeout: Duration?
  /// Longest time without a byte of the answer once the connection stands; nil for none.
  public var silenceTimeout: Duration?
  /// Longest body that `send` accepts, in bytes.
  public var maximumBodyBytes = 16 << 20

  /// Creates a request.
  public init(method: String, url: String) {
    self.method = method
    self.url = url
  }

  /// The version of HTTP to ask for.
  public enum HTTPVersion: Sendable {
    /// A connection carries one request at a time.
    case http1_1
    /// Over TLS several requests share a connection, if the server agrees; otherwise HTTP/1.1.
    case http2
  }

  /// Whom to trust and who to be.
  public struct TLS: Sendable {
    /// PEM of the authorities to trust; nil for the system's own.
    public var certificateAuthority: [UInt8]?
    /// PEM of the client's certificate.
    public var clientCertificate: [UInt8]?
    /// PEM of the client's key.
    public var clientKey: [UInt8]?
    /// Whether the server's certificate is checked.
    public var verifies = true
    /// The name to expect in the certificate when it is not the URL's host.
    public var serverName: String?

    /// The system's authorities, and nobody in particular.
    public init() {}
  }
}

/// An HTTP response with its whole body.
public struct CurlResponse: Sendable {
  /// The status code.
  public var status: Int
  /// Header fields in order; names as the server wrote them.
  public var headers: [(name: String, value: String)]
  /// The body.
  public var body: [UInt8]
}

/// The beginning of an HTTP response whose body still streams.
public struct CurlResponseHead: Sendable {
  /// The status code.
  public var status: Int
  /// Header fields in order; names as the server wrote them.
  public var headers: [(name: String, value: String)]
}
