import CCurl

/// libcurl as a whole.
enum Library {
  /// Sets libcurl up, once for the process.
  static func initialise() throws(CurlError) {
    guard result == CURLE_OK else {
      throw CurlError(
        phase: .configuration, code: Int32(result.rawValue), url: "",
        message: "libcurl cannot be initialised (\(String(cString: curl_easy_strerror(result)))). "
          + "Check its installation.")
    }
  }

  private static let result = curl_global_init(Int(CURL_GLOBAL_DEFAULT))
}
