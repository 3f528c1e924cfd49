/// A URL as messages may show it: without a password, a user name that may be a token, and secret parameters.
public struct RedactedURL: CustomStringConvertible, Sendable {
  /// The URL with credentials replaced by `***`.
  public let description: String
  /// Whether there was a password, a user name where hosts accept tokens, or a secret parameter.
  public let hidesPassword: Bool
  /// Whether there was a parameter whose name says that it is secret, as in `?private_token=`.
  public let hidesParameter: Bool

  /// Looks for credentials between the scheme and the host, and among the parameters.
  public init(_ url: String) {
    let withoutUser = Self.withoutUser(url)
    let withoutParameters = RedactedText.withoutSecretParameters(withoutUser ?? url)
    description = withoutParameters ?? withoutUser ?? url
    hidesParameter = withoutParameters != nil
    hidesPassword = hidesParameter || withoutUser != nil
  }

  /// Nil where no user is to hide.
  private static func withoutUser(_ url: String) -> String? {
    guard
      let scheme = url.firstRange(of: "://"),
      let at = url[scheme.upperBound...].prefix(while: { $0 != "/" }).lastIndex(of: "@")
    else { return nil }
    let user = url[scheme.upperBound..<at]
    // The user name of ssh is none to hide; over http a lone user name is how hosts take tokens.
    let isHTTP = url[..<scheme.lowerBound].trimmingWhitespace().lowercased().hasPrefix("http")
    guard user.contains(":") || isHTTP else { return nil }
    return "\(url[..<scheme.upperBound])***\(url[at...])"
  }
}
