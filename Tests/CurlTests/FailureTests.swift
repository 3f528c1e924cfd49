import CCurl
import Testing

@testable import Curl

@Suite struct `The message of a failure` {
  private func failure(
    _ code: CURLcode, _ progress: Progress, complaint: String = "", proxy: Bool = false
  ) throws -> CurlError {
    Failure(
      code: code, progress: progress, complaint: complaint, elapsed: .milliseconds(1_540),
      destination: try Destination("https://user:secret@host:6443/path?token=secret"), usesProxy: proxy
    ).error
  }

  @Test(arguments: [
    (Progress.queued, "no connection"), (.resolving, "the name host was not resolved"),
    (.connecting, "no connection"), (.handshaking, "the TLS handshake was not finished"),
    (.sending, "no answer"), (.receiving, "the answer was not whole"),
  ])
  func `of a timeout says where the transfer hung and for how long`(progress: Progress, words: String) throws
  {
    let error = try failure(CURLE_OPERATION_TIMEDOUT, progress)
    #expect(error.phase == .timeout)
    #expect(error.message.contains(words))
    #expect(error.message.contains("after 1.5 s"))
  }

  @Test(arguments: [
    CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT, CURLE_PEER_FAILED_VERIFICATION, CURLE_SEND_ERROR,
    CURLE_RECV_ERROR,
    CURLE_OPERATION_TIMEDOUT, CURLE_WEIRD_SERVER_REPLY, CURLE_ABORTED_BY_CALLBACK, CURLE_FILESIZE_EXCEEDED,
    CURLE_OUT_OF_MEMORY,
  ])
  func `names the server and shows no credentials`(code: CURLcode) throws {
    let error = try failure(code, .sending)
    #expect(error.message.contains("host:6443"))
    #expect(error.message.hasSuffix("."))
    #expect(error.url == "https://host:6443/path")
    #expect(error.code == Int32(code.rawValue))
    #expect(!"\(error) \(error.url)".contains("secret"))
  }

  @Test func `keeps libcurl's words where they help, and out where they could quote a password`() throws {
    let words = "SSL certificate problem: unable to get local issuer certificate"
    #expect(
      try failure(CURLE_PEER_FAILED_VERIFICATION, .handshaking, complaint: words).message.contains(words))
    #expect(
      try !failure(CURLE_COULDNT_RESOLVE_PROXY, .resolving, complaint: "proxy secret").message.contains(
        "secret"))
    #expect(
      try !failure(CURLE_URL_MALFORMAT, .resolving, complaint: "proxy secret").message.contains("secret"))
  }

  @Test func `says when the way leads through a proxy`() throws {
    #expect(
      try failure(CURLE_COULDNT_CONNECT, .connecting, proxy: true).message.contains("through the proxy"))
    #expect(
      try failure(CURLE_COULDNT_RESOLVE_PROXY, .resolving, proxy: true).message.contains("proxy's name"))
  }

  @Test(arguments: [
    (Duration.milliseconds(1), "1 ms"), (.microseconds(1), "1 ms"), (.milliseconds(999), "999 ms"),
    (.seconds(10), "10 s"),
    (.milliseconds(1_540), "1.5 s"), (.seconds(-1), "1 ms"),
  ])
  func `tells times in short words`(duration: Duration, words: String) {
    #expect(duration.inWords == words)
  }

  @Test func `and limits stay within what libcurl takes`() {
    #expect(Duration.seconds(Int64.max).milliseconds <= Int(Int32.max))
    #expect(Duration.zero.milliseconds == 1)
  }
}
