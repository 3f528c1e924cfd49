/// An HTTP request and the limits of its transfer.
public struct CurlRequest: Sendable {
  /// What to do with the resource.
  public var method: Method
  /// The URL: http or https.
  ///
  /// User info becomes basic authentication.
  public var url: String
  /// Header fields in order.
  public var headers: [(name: String, value: String)]
  /// The body; nil for none.
  public var body: [UInt8]?
  /// Whom to trust, and who to be.
  public var tls = CurlTLS()
  /// A proxy's URL (http, https, socks5 or socks5h); nil for none, whatever the environment says.
  public var proxy: String?
  /// Whether loopback, link-local, unspecified and multicast addresses and the metadata servers of clouds are refused,
  /// for URLs that a stranger chose.
  ///
  /// What counts is the address that is connected to. Such a request has a connection of its own, and no proxy, behind
  /// which nobody could look.
  public var forbidsLocalAddresses = false
  /// The version of HTTP that `send` asks for.
  ///
  /// Streams use HTTP/1.1 and a connection of their own.
  public var httpVersion = HTTPVersion.http2
  /// Longest time until the connection stands: name, TCP and TLS together.
  public var connectTimeout: Duration = .seconds(10)
  /// Longest time until the whole response is there; nil for no limit.
  public var timeout: Duration?
  /// Longest time without a byte of the response once the connection stands; nil for no limit.
  ///
  /// Time in which the reader of a stream is the one who is waited for does not count.
  public var silenceTimeout: Duration?
  /// Longest body that `send` accepts, in bytes.
  ///
  /// A stream has no limit, as its body is never kept as a whole.
  public var maximumBodyBytes = 16 << 20

  /// Creates a request.
  public init(
    method: Method = .get, url: String, headers: [(name: String, value: String)] = [], body: [UInt8]? = nil
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
  }

  /// Creates a request whose method is known at run time only, as where requests are passed on.
  public init(
    method: String, url: String, headers: [(name: String, value: String)] = [], body: [UInt8]? = nil
  ) {
    self.init(method: Method(rawValue: method), url: url, headers: headers, body: body)
  }

  /// The method of a request.
  public struct Method: RawRepresentable, Sendable, Hashable {
    /// The method as it is sent.
    public let rawValue: String

    /// A method by its name, which is case-sensitive.
    public init(rawValue: String) {
      self.rawValue = rawValue
    }

    /// Read.
    public static let get = Self(rawValue: "GET")
    /// Read, without the body.
    public static let head = Self(rawValue: "HEAD")
    /// Create, or act.
    public static let post = Self(rawValue: "POST")
    /// Replace.
    public static let put = Self(rawValue: "PUT")
    /// Change in part.
    public static let patch = Self(rawValue: "PATCH")
    /// Delete.
    public static let delete = Self(rawValue: "DELETE")
  }

  /// A version of HTTP.
  public enum HTTPVersion: Sendable, Hashable {
    /// A connection carries one request at a time.
    case http1
    /// Over TLS, requests share a connection if the server agrees; otherwise HTTP/1.1.
    case http2
  }
}

extension CurlRequest: CustomStringConvertible, CustomDebugStringConvertible {
  /// Method and URL only: headers carry tokens, and a URL may carry a password.
  public var description: String {
    let shown = try? Destination(url)
    return "\(method.rawValue) \(shown?.url ?? "(unreadable URL)")"
  }

  /// The same as `description`, for the same reason.
  public var debugDescription: String { description }
}
