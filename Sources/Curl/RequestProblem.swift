import CCurl

/// What makes a request impossible to send, before its destination is named.
struct RequestProblem: Error {
  let code: CURLcode
  /// A clause without credentials: header values, proxies and queries stay out.
  let reason: String

  init(_ code: CURLcode, _ reason: String) {
    self.code = code
    self.reason = reason
  }

  /// In libcurl's words.
  init(_ code: CURLcode) {
    self.init(code, String(cString: curl_easy_strerror(code)))
  }
}
