import Glibc

/// A TCP port that nobody listens on.
public enum FreePort {
  /// Lets the system choose a port of the loopback interface and gives it back.
  public static func find() throws -> Int {
    let (descriptor, port) = try Loopback.listen()
    close(descriptor)
    return port
  }
}
