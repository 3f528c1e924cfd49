/// Where the bearer token of a request comes from.
public enum BearerToken: Sendable {
  /// No token; a client certificate identifies the client, or nobody does.
  case none
  /// A fixed token.
  case fixed(String)
  /// A file that is read again, since the kubelet replaces projected tokens before they expire.
  case file(path: String)
  /// A program that prints a token or a client certificate.
  case plugin(ExecPlugin)
}
