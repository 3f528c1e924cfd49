import Glibc
import Synchronization

/// Where log lines go, one after the other.
public final class LogOutput: Sendable {
  /// Standard error, on which a container's log is read.
  public static let standardError = LogOutput { bytes in
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
      if written > 0 {
        rest = rest.dropFirst(written)
      } else if errno != EINTR {
        // There is nobody left to be told.
        return
      }
    }
  }

  private let lock = Mutex(())
  private let write: @Sendable ([UInt8]) -> Void

  /// Creates an output.
  ///
  /// - Parameter write: takes a whole line, with its line feed; never called twice at once.
  public init(_ write: @escaping @Sendable ([UInt8]) -> Void) {
    self.write = write
  }

  /// Writes a line; those of other tasks stay apart from it.
  public func write(line: String) {
    let bytes = Array("\(line)\n".utf8)
    lock.withLock { _ in write(bytes) }
  }
}
