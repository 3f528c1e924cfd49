import Synchronization

/// Where the bearer token of a request comes from.
public enum BearerToken: Sendable {
  /// No token; a client certificate identifies the client, or nobody does.
  case none
  /// A fixed token.
  case fixed(String)
  /// A file that is read again, since the kubelet replaces projected tokens before they expire.
  case file(path: String)
}

/// Reads the token that is valid now.
final class TokenReader: Sendable {
  /// How long a token from a file is used before the file is read again; kubelets rotate with minutes to spare.
  private static let lifetime: Duration = .seconds(60)

  private let source: BearerToken
  private let now: @Sendable () -> ContinuousClock.Instant
  private let cached = Mutex<(token: String, readAt: ContinuousClock.Instant)?>(nil)

  init(source: BearerToken, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
    self.source = source
    self.now = now
  }

  /// The token for the next request, nil when there is none.
  func token() throws(ConfigurationError) -> String? {
    switch source {
    case .none: return nil
    case .fixed(let token): return token
    case .file(let path):
      let now = now()
      if let known = cached.withLock({ $0 }), now - known.readAt < Self.lifetime { return known.token }
      let token = try FileContents.text(at: path, subject: "the bearer token")
      guard !token.isEmpty else {
        throw ConfigurationError(
          subject: "the bearer token", problem: "needs the file \(path), which is empty")
      }
      cached.withLock { $0 = (token, now) }
      return token
    }
  }

  /// Forgets a token that the server refused.
  ///
  /// Returns whether reading again can bring another one.
  func invalidate() -> Bool {
    guard case .file = source else { return false }
    cached.withLock { $0 = nil }
    return true
  }
}
