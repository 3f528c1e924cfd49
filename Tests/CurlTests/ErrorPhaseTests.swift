import CCurl
import Testing

@testable import Curl

@Suite struct `Error phases` {
  @Test(arguments: [
    (CURLE_COULDNT_RESOLVE_HOST, Progress.resolving, CurlError.Phase.resolve),
    (CURLE_COULDNT_RESOLVE_PROXY, .resolving, .resolve),
    (CURLE_COULDNT_CONNECT, .connecting, .connect),
    (CURLE_PROXY, .connecting, .connect),
    (CURLE_SSL_CONNECT_ERROR, .handshaking, .tls),
    (CURLE_PEER_FAILED_VERIFICATION, .handshaking, .tls),
    (CURLE_SSL_CERTPROBLEM, .connecting, .tls),
    (CURLE_SSL_CACERT_BADFILE, .connecting, .tls),
    (CURLE_SEND_ERROR, .sending, .send),
    (CURLE_RECV_ERROR, .connecting, .connect),
    (CURLE_RECV_ERROR, .handshaking, .tls),
    (CURLE_RECV_ERROR, .sending, .receive),
    (CURLE_RECV_ERROR, .receiving, .receive),
    (CURLE_GOT_NOTHING, .sending, .receive),
    (CURLE_PARTIAL_FILE, .receiving, .receive),
    (CURLE_OPERATION_TIMEDOUT, .resolving, .timeout),
    (CURLE_OPERATION_TIMEDOUT, .receiving, .timeout),
    (CURLE_UNSUPPORTED_PROTOCOL, .receiving, .http),
    (CURLE_WEIRD_SERVER_REPLY, .receiving, .http),
    (CURLE_HTTP2, .receiving, .http),
    (CURLE_HTTP2_STREAM, .receiving, .http),
    (CURLE_FILESIZE_EXCEEDED, .receiving, .tooLarge),
    (CURLE_ABORTED_BY_CALLBACK, .receiving, .cancelled),
    (CURLE_URL_MALFORMAT, .resolving, .configuration),
    (CURLE_OUT_OF_MEMORY, .resolving, .configuration),
  ])
  func `every code of libcurl has its phase`(code: CURLcode, progress: Progress, phase: CurlError.Phase) {
    #expect(CurlError.Phase(code, progress, complaint: "") == phase)
  }

  @Test func `an alert after the handshake belongs to TLS`() {
    let complaint =
      "OpenSSL SSL_read: error:0A00045C:SSL routines::tlsv13 alert certificate required, errno 0"
    #expect(CurlError.Phase(CURLE_RECV_ERROR, .sending, complaint: complaint) == .tls)
  }
}
