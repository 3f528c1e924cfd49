import CCurl

extension CurlError.Phase {
  /// The phase that a failed transfer failed in.
  ///
  /// - Parameters:
  ///   - code: libcurl's result, which is not `CURLE_OK`.
  ///   - progress: how far the transfer had come: the connection may break in any part of it.
  ///   - complaint: libcurl's own words.
  init(_ code: CURLcode, _ progress: Progress, complaint: String) {
    self =
      switch code {
      case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .resolve
      case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED, CURLE_PROXY: .connect
      case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
        CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_PINNEDPUBKEYNOTMATCH,
        CURLE_SSL_CRL_BADFILE,
        CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CLIENTCERT, CURLE_SSL_ENGINE_INITFAILED,
        CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_SHUTDOWN_FAILED,
        CURLE_USE_SSL_FAILED:
        .tls
      case CURLE_OPERATION_TIMEDOUT: .timeout
      case CURLE_SEND_ERROR, CURLE_READ_ERROR, CURLE_SEND_FAIL_REWIND, CURLE_UPLOAD_FAILED:
        Self.broken(.send, progress, complaint)
      case CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE: Self.broken(.receive, progress, complaint)
      case CURLE_FILESIZE_EXCEEDED: .tooLarge
      case CURLE_ABORTED_BY_CALLBACK: .cancelled
      case CURLE_URL_MALFORMAT, CURLE_BAD_FUNCTION_ARGUMENT, CURLE_UNKNOWN_OPTION, CURLE_NOT_BUILT_IN,
        CURLE_FAILED_INIT, CURLE_OUT_OF_MEMORY:
        .configuration
      // Among them CURLE_UNSUPPORTED_PROTOCOL: the scheme has been checked before, so it means that the answer has
      // no status line and would be HTTP/0.9.
      default: .http
      }
  }

  /// The phase of a connection that broke, which libcurl reports alike wherever it does.
  private static func broken(_ phase: Self, _ progress: Progress, _ complaint: String) -> Self {
    switch progress {
    case .queued, .resolving, .connecting: .connect
    // Before the handshake a proxy may refuse, or fail, to connect: libcurl calls that "CONNECT tunnel failed".
    case .handshaking: complaint.contains("CONNECT ") ? .connect : .tls
    // With TLS 1.3 a server refuses a client's certificate only after the handshake, by an alert.
    case .sending, .receiving: complaint.contains(" alert ") ? .tls : phase
    }
  }
}
