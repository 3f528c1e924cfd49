import CCurl

/// A URL taken apart by libcurl itself, so that both always read it the same way.
struct ParsedURL: ~Copyable {
  private let raw: OpaquePointer

  /// - Throws: `RequestProblem` with libcurl's words, which do not quote the URL.
  init(_ text: String, flags: Int32 = 0) throws(RequestProblem) {
    guard let raw = curl_url() else { throw RequestProblem(CURLE_OUT_OF_MEMORY) }
    let code = curl_url_set(raw, CURLUPART_URL, text, UInt32(flags))
    guard code == CURLUE_OK else {
      curl_url_cleanup(raw)
      throw Self.problem(code)
    }
    self.raw = raw
  }

  deinit {
    curl_url_cleanup(raw)
  }

  /// Replaces a part; nil removes it.
  func set(_ part: CURLUPart, _ value: String?) throws(RequestProblem) {
    let code = curl_url_set(raw, part, value, 0)
    guard code == CURLUE_OK else { throw Self.problem(code) }
  }

  private static func problem(_ code: CURLUcode) -> RequestProblem {
    RequestProblem(CURLE_URL_MALFORMAT, String(cString: curl_url_strerror(code)))
  }

  /// The whole URL.
  var text: String { part(CURLUPART_URL) ?? "" }

  /// A part; nil where the URL has none.
  func part(_ part: CURLUPart, flags: Int32 = 0) -> String? {
    var text: UnsafeMutablePointer<CChar>?
    guard curl_url_get(raw, part, &text, UInt32(flags)) == CURLUE_OK, let text else { return nil }
    defer { curl_free(text) }
    return String(cString: text)
  }
}
