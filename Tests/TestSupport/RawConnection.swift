import Foundation
import Glibc

/// A TCP connection to a port of the loopback interface, on which a test says what no HTTP client would.
public final class RawConnection: Sendable {
  private let descriptor: Int32

  /// Connects.
  ///
  /// - Throws: `TestFailure` when nobody listens.
  public init(port: Int) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw TestFailure("no socket: \(String(cString: strerror(errno)))") }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port).bigEndian)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else {
      let problem = String(cString: strerror(errno))
      close(descriptor)
      throw TestFailure("no connection to port \(port): \(problem)")
    }
  }

  deinit {
    close(descriptor)
  }

  /// Sends bytes; what the other side does with them is seen in what it answers.
  ///
  /// - Returns: whether the connection took them.
  @discardableResult
  public func send(_ text: String) -> Bool {
    send(Array(text.utf8))
  }

  /// Sends bytes.
  ///
  /// - Returns: whether the connection took them.
  @discardableResult
  public func send(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// Sends the same bytes again and again until the other side takes no more, and returns how many it took.
  public func sendWithoutEnd(_ bytes: [UInt8]) async -> Int {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        var sent = 0
        while self.send(bytes) { sent += bytes.count }
        continuation.resume(returning: sent)
      }
    }
  }

  /// Reads until the other side ends the connection.
  public func readToEnd() async -> String {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        var text: [UInt8] = []
        var bytes = [UInt8](repeating: 0, count: 65_536)
        while true {
          let count = recv(self.descriptor, &bytes, bytes.count, 0)
          guard count > 0 else { break }
          text += bytes.prefix(count)
        }
        continuation.resume(returning: String(decoding: text, as: UTF8.self))
      }
    }
  }

  /// Lets this process, and those that it starts, have as many connections as the system lets them.
  ///
  /// - Returns: how many files it may have open.
  public static func raiseLimit() -> Int {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    return Int(limit.rlim_cur)
  }
}
