import Crypto
import FoundationEssentials
import Hummingbird
public import KubernetesClient
import SatisAPI

/// Who may see the status page.
public enum StatusAccess: Sendable {
  /// Everybody who reaches its port.
  case everybody
  /// Whoever knows the token in the file, which is read again when it is replaced.
  case token(RenewedFile)

  /// Shorter ones could be guessed.
  static let shortestToken = 16

  /// Reads the token once, so that a mistake shows at the start.
  ///
  /// - Throws: when there is no such file, or no token in it that is long enough.
  public static func token(inFile path: String) throws(ConfigurationError) -> Self {
    let file = RenewedFile(path: path, subject: "the status page", outlives: false)
    guard try file.text().utf8.count >= shortestToken else {
      throw ConfigurationError(
        subject: "the status page",
        problem:
          "needs a token of \(shortestToken) characters or more in \(path), such as `openssl rand -hex 24` makes"
      )
    }
    return .token(file)
  }
}

/// Lets requests in, by the token itself or by a session that it was exchanged for.
struct Doorkeeper: Sendable {
  static let cookie = "satis-status"
  /// Seconds after which a browser is asked for the token again.
  static let sessionSeconds: Int64 = 12 * 60 * 60

  let access: StatusAccess
  let now: @Sendable () -> Timestamp

  /// Whether a request with these headers is let in.
  func admits(_ request: Request) -> Bool {
    guard case .token(let file) = access else { return true }
    guard let token = Self.token(in: file) else { return false }
    if let given = Self.bearer(request.headers[.authorization]) { return Self.isSame(given, token) }
    return request.cookies[Self.cookie].map { isSession($0.value, token) } ?? false
  }

  /// The value of a session's cookie.
  ///
  /// - Returns: nil when it is not the token, or none is asked for.
  func session(for given: String) -> String? {
    guard case .token(let file) = access, let token = Self.token(in: file), Self.isSame(given, token) else {
      return nil
    }
    let end = String(now().seconds + Self.sessionSeconds)
    return "\(end).\(Self.code(end, token).hexadecimal)"
  }

  /// What the file has by now: nothing opens the page where somebody has put an empty text, or next to nothing, into it.
  private static func token(in file: RenewedFile) -> String? {
    guard let token = try? file.text(), token.utf8.count >= StatusAccess.shortestToken else { return nil }
    return token
  }

  /// Every replica knows a session of every other, and none is left when the token is replaced.
  private func isSession(_ value: String, _ token: String) -> Bool {
    let parts = value.split(separator: ".", maxSplits: 1).map(String.init)
    guard parts.count == 2, let end = Int64(parts[0]), end > now().seconds else { return false }
    return Self.isSame(parts[1], Self.code(parts[0], token).hexadecimal)
  }

  private static func code(_ end: String, _ token: String) -> HMAC<SHA256>.MAC {
    HMAC<SHA256>.authenticationCode(
      for: Array("status page until \(end)".utf8), using: SymmetricKey(data: Array(token.utf8)))
  }

  /// Compares in a time that tells nothing: digests do so, and have one length.
  private static func isSame(_ left: String, _ right: String) -> Bool {
    SHA256.hash(data: Array(left.utf8)) == SHA256.hash(data: Array(right.utf8))
  }

  private static func bearer(_ header: String?) -> String? {
    guard let header, header.prefix(7).lowercased() == "bearer " else { return nil }
    return String(header.dropFirst(7))
  }
}
