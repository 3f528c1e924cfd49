import CCurl
import Glibc

/// What is known about a transfer that failed, and how it is told.
struct Failure {
  var code: CURLcode
  var progress: Progress
  /// libcurl's own words; they may be empty.
  var complaint = ""
  /// The system's error number, if it had one.
  var systemError: Int32 = 0
  /// How long the transfer took.
  var elapsed: Duration
  var destination: Destination
  var usesProxy: Bool

  /// The error that says so.
  var error: CurlError {
    let phase = CurlError.Phase(code, progress, complaint: complaint)
    return CurlError(
      phase: phase, code: Int32(code.rawValue), url: destination.url, message: message(phase))
  }

  private func message(_ phase: CurlError.Phase) -> String {
    let server = destination.server
    return switch phase {
    case .resolve:
      "The \(usesProxy ? "proxy's name" : "name \(destination.host)") cannot be resolved for a request to "
        + "\(server). Check the name, and DNS."
    case .connect:
      "No connection to \(server)\(proxyHint) (\(reason)). Check that the server runs, and that nothing blocks "
        + "the way."
    case .forbidden:
      "\(server) has an address that the request must not reach. Use another server."
    case .tls:
      "No trusted connection to \(server) (\(reason)). Check the certificate authority, the server's name in its "
        + "certificate, and the client's certificate."
    case .send:
      "The connection to \(server) broke while the request was sent (\(reason)). Try again."
    case .receive:
      "The connection to \(server) broke before the answer was whole (\(reason)). Try again."
    case .timeout:
      "\(server) took too long: after \(elapsed.inWords) \(hang)."
    case .http:
      "\(server) does not answer in proper HTTP (\(reason)). Check that host, port and scheme are those of the "
        + "HTTP server."
    case .tooLarge:
      "The answer of \(server) is larger than the request allows. Ask for less at a time, or raise the limit."
    case .cancelled:
      "The request to \(server) was cancelled."
    case .configuration:
      // Without libcurl's words: some of them quote options, and a proxy's URL may hold a password.
      "A request to \(server) cannot be made (\(general)). Check URL, proxy and certificates."
    }
  }

  private var reason: String {
    // Shorter and clearer than libcurl's words, but set by other parts of it as well.
    if code == CURLE_COULDNT_CONNECT, systemError != 0 { return String(cString: strerror(systemError)) }
    return complaint.isEmpty ? general : complaint
  }

  private var general: String { String(cString: curl_easy_strerror(code)) }

  private var proxyHint: String { usesProxy ? " through the proxy" : "" }

  /// Where the transfer hung, and what to look at.
  private var hang: String {
    switch progress {
    case .resolving: "the name \(destination.host) was not resolved. Check DNS"
    case .queued, .connecting:
      "there was no connection\(proxyHint). Check the address, and firewalls on the way"
    case .handshaking: "the TLS handshake was not finished. Check that the port speaks TLS"
    case .sending: "there was no answer to the request. Check the load of the server"
    case .receiving: "the answer was not whole. Check the load of the server, or raise the limit"
    }
  }
}

extension CurlError {
  /// The readers lost interest.
  static func cancelled(_ destination: Destination) -> Self {
    CurlError(
      phase: .cancelled, code: Int32(CURLE_ABORTED_BY_CALLBACK.rawValue), url: destination.url,
      message: "The request to \(destination.server) was cancelled.")
  }

  /// The client was shut down.
  static func shutDown(_ destination: Destination) -> Self {
    CurlError(
      phase: .cancelled, code: Int32(CURLE_ABORTED_BY_CALLBACK.rawValue), url: destination.url,
      message: "The request to \(destination.server) ended because the client was shut down.")
  }

  /// The host has local addresses only.
  static func forbidden(_ destination: Destination, _ address: LocalAddress) -> Self {
    CurlError(
      phase: .forbidden, code: Int32(CURLE_COULDNT_CONNECT.rawValue), url: destination.url,
      message: "\(destination.host) has \(address.rawValue) address, which this request must not reach. "
        + "Use a server with another address.")
  }

  /// The body, or the head, is larger than allowed.
  static func tooLarge(_ destination: Destination, what: String, bytes: Int) -> Self {
    CurlError(
      phase: .tooLarge, code: Int32(CURLE_FILESIZE_EXCEEDED.rawValue), url: destination.url,
      message: "The \(what) of \(destination.server)'s answer is larger than \(bytes) bytes. "
        + "Ask for less at a time, or raise the limit.")
  }

  /// Nothing came for too long.
  static func silent(_ destination: Destination, for time: Duration) -> Self {
    CurlError(
      phase: .timeout, code: Int32(CURLE_OPERATION_TIMEDOUT.rawValue), url: destination.url,
      message:
        "\(destination.server) was silent for \(time.inWords), so the connection counts as dead. Try again.")
  }

  /// The request cannot be made.
  static func configuration(_ destination: Destination, _ problem: RequestProblem) -> Self {
    CurlError(
      phase: .configuration, code: Int32(problem.code.rawValue), url: destination.url,
      message: "A request to \(destination.server) cannot be made: \(problem.reason).")
  }
}
