/// Why a transfer brought no whole response.
///
/// A response with any HTTP status is no error.
public struct CurlError: Error, Sendable, Hashable {
  /// How far the transfer came.
  public var phase: Phase
  /// libcurl's code (`CURLcode`), or the one that fits best where libcurl had no part in the failure.
  public var code: Int32
  /// The request's URL without user info, query and fragment.
  public var url: String
  /// A sentence that names the server, and one that says what to do.
  public var message: String

  /// The part of a transfer that failed.
  ///
  /// The raw values suit labels of metrics.
  public enum Phase: String, Sendable, Hashable, CaseIterable {
    /// The host's or the proxy's name has no address.
    case resolve
    /// No connection to the address, or none through the proxy.
    case connect
    /// All addresses of the host are local ones, which the request must not reach.
    case forbidden
    /// The two sides do not trust each other, or speak no common TLS.
    case tls
    /// The request could not be sent.
    case send
    /// The connection broke before the response was whole.
    case receive
    /// A limit of time passed; the message says where the transfer hung.
    case timeout
    /// What came is no valid HTTP.
    case http
    /// The task was cancelled, the stream left, or the client shut down.
    case cancelled
    /// The response is larger than the request allows.
    case tooLarge
    /// The request itself is wrong; it never left.
    case configuration
  }
}

extension CurlError: CustomStringConvertible {
  /// The message; it names the server.
  public var description: String { message }
}
