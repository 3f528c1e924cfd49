/// What holds for all transfers of a client.
public struct CurlConfiguration: Sendable {
  /// As many unread bytes of a stream are kept; beyond them the server has to wait until the reader has caught up.
  public var streamBufferBytes = 4 << 20
  /// After this time without traffic, and then at this interval, the kernel asks whether the other side still lives.
  public var keepAliveInterval: Duration = .seconds(15)
  /// After this time the kernel gives up a connection whose other side acknowledges nothing (`TCP_USER_TIMEOUT`).
  public var unacknowledgedTimeout: Duration = .seconds(30)
  /// A request that is given up after so long without a byte may have been on a connection that hangs: further ones get
  /// another.
  public var doubtfulAfter: Duration = .seconds(5)

  /// The defaults, which suit Kubernetes.
  public init() {}
}
