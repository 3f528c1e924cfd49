/// How much of everything the service gives to callers, of whom it knows nothing when they begin.
public struct ServingLimits: Sendable {
  /// Calls that may be at the API server at once; beyond them a call is answered 503 before its body is read.
  public var requests = 128
  /// Bytes of bodies that are kept at once; beyond them a call is answered 503.
  ///
  /// The largest body of GitHub is 25 MiB, and reading it as JSON takes as much again.
  public var bodyBytes = 64 << 20
  /// Connections at once; beyond them those are closed that have waited longest for a call or for the rest of one.
  ///
  /// Each can hold as much as a header takes, and twice that while it comes: together no more than the bodies.
  public var connections = 2_048
  /// Bytes of the request line and all header fields together; beyond them a call is answered 431.
  public var headerBytes = 16 << 10
  /// The time that a request line and header fields may take from their first byte on; then a call is answered 408.
  public var headerTime: Duration = .seconds(10)
  /// The time that a body may take; then a call is answered 408.
  ///
  /// Git hosts give up after 10 seconds.
  public var bodyTime: Duration = .seconds(10)
  /// How long a connection may be silent between two calls.
  ///
  /// It is longer than the 60 seconds after which the usual proxies give up an idle connection to their backend: where
  /// the backend goes first, a proxy may be sending a call at that moment, and loses it.
  public var idleTime: Duration = .seconds(75)

  /// The defaults.
  public init() {}

  /// Fields of a header; no host sends a tenth of them.
  static let headerFields = 200
  /// So much of a body is read to its end, after an answer that did not wait for it, to keep the connection.
  static let smallBodyBytes = 64 << 10
  /// For so long what still comes is thrown away after the last answer on a connection: closing at once would make the
  /// kernel reset the connection, and the answer could be lost.
  static let lingerTime: Duration = .seconds(2)
}
