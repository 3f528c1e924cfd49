/// A URL as messages may show it: without a password, and without a user name that may be a token.
public struct RedactedURL: CustomStringConvertible, Sendable {
  /// The URL with credentials replaced by `***`.
  public let description: String
  /// Whether there was a password, or a user name where hosts accept tokens.
  public let hidesPassword: Bool

  /// Looks for credentials between the scheme and the host.
  public init(_ url: String) {
    guard
      let scheme = url.firstRange(of: "://"),
      let at = url[scheme.upperBound...].prefix(while: { $0 != "/" }).lastIndex(of: "@")
    else {
      description = url
      hidesPassword = false
      return
    }
    let user = url[scheme.upperBound..<at]
    // The user name of ssh is none to hide; over http a lone user name is how hosts take tokens.
    let isHTTP = url[..<scheme.lowerBound].trimmingWhitespace().lowercased().hasPrefix("http")
    let isSecret = user.contains(":") || isHTTP
    description = isSecret ? "\(url[..<scheme.upperBound])***\(url[at...])" : url
    hidesPassword = isSecret
  }
}
