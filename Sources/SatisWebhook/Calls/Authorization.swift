import FoundationEssentials

/// The header of this name (RFC 9110, section 11.6.2).
struct Authorization: Sendable {
  private let scheme: String
  private let credentials: Substring

  /// Nil when there is none, or one without a scheme.
  init?(_ headers: Headers) {
    guard let value = headers["Authorization"], let blank = value.firstIndex(of: " ") else { return nil }
    // Its letter case does not matter (RFC 9110, section 11.1).
    scheme = value[..<blank].lowercased()
    credentials = value[value.index(after: blank)...]
  }

  /// The token of `Bearer` (RFC 6750, section 2.1).
  var bearerToken: [UInt8]? {
    scheme == "bearer" ? Array(credentials.utf8) : nil
  }

  /// The password of `Basic`, whoever the user is (RFC 7617, section 2).
  var password: [UInt8]? {
    guard scheme == "basic", let pair = Data(base64Encoded: String(credentials)),
      let colon = pair.firstIndex(of: UInt8(ascii: ":"))
    else { return nil }
    return Array(pair[pair.index(after: colon)...])
  }
}
