import CCurl

/// libcurl's list of strings, for options that take one.
///
/// It has to outlive the transfer.
struct StringList: ~Copyable {
  private(set) var head: UnsafeMutablePointer<curl_slist>?

  init() {}

  deinit {
    curl_slist_free_all(head)
  }

  /// - Throws: `RequestProblem` when there is no memory.
  mutating func append(_ text: String) throws(RequestProblem) {
    guard let longer = curl_slist_append(head, text) else { throw RequestProblem(CURLE_OUT_OF_MEMORY) }
    head = longer
  }
}
