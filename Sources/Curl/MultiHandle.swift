import CCurl
import CCurlShims

/// libcurl's multi handle: many transfers on one thread, which creates, uses and destroys it.
struct MultiHandle: ~Copyable {
  /// Streams of one HTTP/2 connection, if the server allows as many.
  private static let streamsPerConnection = 250

  private let raw: UnsafeMutableRawPointer

  /// Nil when there is no memory for it.
  init?() {
    guard let raw = curl_multi_init() else { return nil }
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
