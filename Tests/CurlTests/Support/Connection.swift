import Foundation
import Synchronization

/// A connection as a test server's script sees it.
///
/// Reading and writing block.
final class Connection: Sendable {
  private struct State {
    var descriptor: Int32?
    var isInterrupted = false
  }

  private let descriptor: Int32
  private let state: Mutex<State>
  /// What has been read beyond what a script asked for.
  private let rest = Mutex<[UInt8]>([])

  init(_ descriptor: Int32) {
    self.descriptor = descriptor
    state = Mutex(State(descriptor: descriptor))
  }

  /// How a connection ended.
  enum End: Sendable {
    case closed
    case reset
  }

  // MARK: - For scripts

  /// The next request; nil when the client has closed the connection.
  func readRequest() throws -> Request? {
    guard let head = try readHead() else { return nil }
    let length =
      head.lowercased().firstMatch(of: /content-length: *([0-9]+)/).flatMap { Int($0.output.1) } ?? 0
    return Request(head: head, body: try readBytes(length))
  }

  /// Bytes up to an empty line; nil when the client has closed the connection.
  func readHead() throws -> String? {
    let mark = Array("\r\n\r\n".utf8)
    while true {
      let head: String? = rest.withLock { rest in
        guard let range = rest.firstRange(of: mark) else { return nil }
        defer { rest.removeSubrange(..<range.upperBound) }
        return String(decoding: rest[..<range.upperBound], as: UTF8.self)
      }
      if let head { return head }
      guard let more = try receive() else { return nil }
      rest.withLock { $0 += more }
    }
  }

  func readBytes(_ count: Int) throws -> [UInt8] {
    while rest.withLock({ $0.count }) < count {
      guard let more = try receive() else { throw POSIXError(.ECONNRESET) }
      rest.withLock { $0 += more }
    }
    return rest.withLock { rest in
      defer { rest.removeFirst(count) }
      return Array(rest.prefix(count))
    }
  }

  func write(_ text: String) throws { try write(Array(text.utf8)) }

  func write(_ bytes: [UInt8]) throws {
    var bytes = bytes[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes {
        send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw POSIXError(.EPIPE) }
      bytes = bytes.dropFirst(count)
    }
  }

  /// Writes a body of zeros, and tells how much is written when the client takes no more for a while.
  func write(total: Int, onStall: (Int) -> Void) throws {
    let zeros = [UInt8](repeating: 0, count: 1 << 16)
    var written = 0
    while written < total {
      var event = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      if poll(&event, 1, 1_500) == 0 { onStall(written) }
      let count = send(descriptor, zeros, min(zeros.count, total - written), Int32(MSG_NOSIGNAL))
      guard count > 0 else { throw POSIXError(.EPIPE) }
      written += count
    }
  }

  /// Lets time pass, as a slow server does.
  func dawdle(milliseconds: Int32) {
    var event = pollfd(fd: descriptor, events: 0, revents: 0)
    poll(&event, 1, milliseconds)
  }

  /// Waits until the client ends the connection.
  ///
  /// What it sends is thrown away.
  func waitForEnd() -> End {
    do {
      while try receive() != nil {}
      return .closed
    } catch {
      return .reset
    }
  }

  /// Ends the connection by RST.
  func reset() {
    var linger = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
    finish()
  }

  private func receive() throws -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    guard count >= 0 else { throw POSIXError(.ECONNRESET) }
    return count == 0 ? nil : Array(buffer.prefix(count))
  }

  // MARK: - For the server

  /// Makes what a script waits for end.
  func interrupt() {
    state.withLock { state in
      if let descriptor = state.descriptor { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }
    }
  }

  func finish() {
    state.withLock { state in
      if let descriptor = state.descriptor { _ = close(descriptor) }
      state.descriptor = nil
    }
  }
}

/// A request as it came.
struct Request: Sendable {
  var head: String
  var body: [UInt8]

  var requestLine: String { String(head.prefix { $0 != "\r\n" }) }
  var fields: [String] { head.split(separator: "\r\n").dropFirst().map(String.init) }
}

/// A response to send.
struct Response: Sendable {
  var status = "200 OK"
  var fields: [String] = []
  var body: [UInt8] = []

  static func text(_ text: String) -> Response { Response(body: Array(text.utf8)) }

  var bytes: [UInt8] {
    let lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.count)"] + fields
    return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body
  }
}
