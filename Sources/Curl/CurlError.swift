import CCurl
import CCurlShims

/// Why a transfer brought no response.
public struct CurlError: Error, Sendable, Hashable, CustomStringConvertible {
  /// How far the transfer came.
  public var phase: Phase
  /// libcurl's code; 0 where libcurl had no part in it.
  public var code: UInt32
  /// The server, as `host:port`, without credentials, path or query.
  public var server: String
  /// What happened, and what to look at.
  public var message: String

  /// The parts of a transfer that can fail.
  public enum Phase: String, Sendable, Hashable, CaseIterable {
    /// The host's name has no address.
    case resolve
    /// No connection to the address.
    case connect
    /// The two sides do not trust each other or speak no common TLS.
    case tls
    /// A limit of time passed.
    case timeout
    /// The request could not be sent.
    case send
    /// The connection broke before the response was whole.
    case receive
    /// What came is no valid HTTP.
    case http
    /// The body is larger than the request allows.
    case tooLarge
    /// The task was cancelled, or the client shut down.
    case cancelled
    /// The request itself is wrong.
    case configuration
  }

  /// A sentence that names the server.
  public var description: String { "\(server): \(message)" }

  init(phase: Phase, code: UInt32 = 0, server: String, message: String) {
    self.phase = phase
    self.code = code
    self.server = server
    self.message = message
  }
}

extension CurlError {
  /// The task that waited was cancelled.
  static func cancelled(_ server: String) -> Self {
    CurlError(phase: .cancelled, server: server, message: "the request was cancelled")
  }

  /// The client was shut down.
  static func stopped(_ server: String) -> Self {
    CurlError(phase: .cancelled, server: server, message: "the client has been shut down")
  }
}

extension CurlError.Phase {
  /// The phase that one of libcurl's codes belongs to.
  init(_ code: CURLcode) {
    self =
      switch code {
      case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .resolve
      case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED, CURLE_PROXY: .connect
      case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
        CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_PINNEDPUBKEYNOTMATCH,
        CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CLIENTCERT, CURLE_SSL_ENGINE_INITFAILED,
        CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_CRL_BADFILE, CURLE_SSL_SHUTDOWN_FAILED,
        CURLE_USE_SSL_FAILED:
        .tls
      case CURLE_OPERATION_TIMEDOUT: .timeout
      case CURLE_SEND_ERROR, CURLE_UPLOAD_FAILED, CURLE_READ_ERROR, CURLE_SEND_FAIL_REWIND: .send
      case CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE: .receive
      case CURLE_WEIRD_SERVER_REPLY, CURLE_HTTP2, CURLE_HTTP2_STREAM,
        CURLE_HTTP3, CURLE_BAD_CONTENT_ENCODING, CURLE_HTTP_RETURNED_ERROR, CURLE_TOO_MANY_REDIRECTS:
        .http
      case CURLE_WRITE_ERROR, CURLE_FILESIZE_EXCEEDED: .tooLarge
      case CURLE_ABORTED_BY_CALLBACK: .cancelled
      default: .configuration
      }
  }
}
