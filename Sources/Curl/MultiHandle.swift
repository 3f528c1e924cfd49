import CCurl
import CCurlShims

/// libcurl's multi handle: many transfers on one thread, which uses and destroys it.
struct MultiHandle: ~Copyable, @unchecked Sendable {
  // Unchecked: there is no second one of it, so whichever thread it is handed to is the only one to use it.

  /// Streams of one HTTP/2 connection, if the server allows as many.
  private static let streamsPerConnection = 250
  private static let unavailable = CurlError(
    phase: .configuration, code: Int32(CURLE_FAILED_INIT.rawValue), url: "",
    message: "libcurl cannot make connections. Check the limits on open files and memory.")

  private let raw: UnsafeMutableRawPointer

  /// - Throws: `CurlError` in phase `configuration` when there is no memory for it, or no file descriptor.
  init() throws(CurlError) {
    guard let raw = curl_multi_init() else { throw Self.unavailable }
    // Without a free descriptor libcurl (7.88) makes one all the same, whose `poll` nobody can end.
    guard curl_multi_wakeup(raw) == CURLM_OK else {
      curl_multi_cleanup(raw)
      throw Self.unavailable
    }
    self.raw = raw
    curlshims_multi_set_long(raw, CURLMOPT_MAX_CONCURRENT_STREAMS, Self.streamsPerConnection)
  }

  /// All easy handles have been removed before.
  deinit {
    curl_multi_cleanup(raw)
  }

  /// Ends `poll` from another thread.
  struct Waker: @unchecked Sendable {
    // Unchecked: libcurl allows `curl_multi_wakeup` from any thread, and nothing else is done with the pointer.
    fileprivate let raw: UnsafeMutableRawPointer

    func wake() {
      curl_multi_wakeup(raw)
    }
  }

  var waker: Waker { Waker(raw: raw) }

  func add(_ easy: borrowing EasyHandle) -> CURLMcode {
    curl_multi_add_handle(raw, easy.raw)
  }

  /// Closes the transfer's connection, or its HTTP/2 stream, unless the response was whole.
  func remove(_ easy: borrowing EasyHandle) {
    curl_multi_remove_handle(raw, easy.raw)
  }

  /// Does what can be done without waiting.
  func perform() {
    var running: Int32 = 0
    curl_multi_perform(raw, &running)
  }

  /// What libcurl finished, one at a time: the context of the easy handle, and the result.
  func nextFinished() -> (context: UnsafeMutableRawPointer, code: CURLcode)? {
    var easy: UnsafeMutableRawPointer?
    var code = CURLE_OK
    guard curlshims_multi_next_finished(raw, &easy, &code), let easy,
      let context = curlshims_get_private(easy)
    else { return nil }
    return (context, code)
  }

  /// Waits until a socket is ready, libcurl wants to do something, somebody wakes it, or the time is over.
  func poll(milliseconds: Int32) {
    curl_multi_poll(raw, nil, 0, milliseconds, nil)
  }
}
