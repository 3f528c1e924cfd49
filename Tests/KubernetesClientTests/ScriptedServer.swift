import Foundation
import Synchronization

/// An API server on a loopback port that gives the answers of a script, one a request, and keeps the requests.
///
/// A request beyond the script is answered with 500; tests compare all requests with those they expect.
final class ScriptedServer: Sendable {
  /// A request as it came.
  struct Request: Sendable, Equatable {
    var method: String
    var path: String
    var query: [String: String]
    var headers: [String: String]
    var body: String

    /// Method, path and what tells one step of a list and watch from another.
    var summary: String {
      let told = ["watch", "sendInitialEvents", "resourceVersion", "resourceVersionMatch", "continue"]
        .compactMap { name in query[name].map { "\(name)=\($0)" } }
      return (["\(method) \(path)"] + told).joined(separator: " ")
    }
  }

  /// What a request gets.
  enum Answer: Sendable {
    /// A whole answer.
    case json(_ text: String, status: Int = 200, retryAfter: String? = nil)
    /// Lines of a watch, and how it ends.
    case lines([String], Ending)

    enum Ending: Sendable {
      /// The way HTTP ends a body.
      case complete
      /// The connection is closed in the middle of it.
      case broken
      /// Not before the client closes the connection, which `clientHasClosed` tells.
      case byTheClient
    }
  }

  let port: Int
  private let listener: Int32
  private let state: Mutex<(answers: [Answer], requests: [Request])>
  private let closed = AsyncStream<Void>.makeStream()

  convenience init(_ answers: Answer...) throws {
    try self.init(answers)
  }

  init(_ answers: [Answer]) throws {
    state = Mutex((answers, []))
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    port = try Self.listen(listener)
    Thread.detachNewThread { [listener, weak self] in
      while case let connection = accept(listener, nil, nil), connection >= 0 {
        Thread.detachNewThread { [weak self] in
          self?.serve(connection)
          close(connection)
        }
      }
      close(listener)
    }
  }

  /// Wakes the thread that accepts, which then closes its socket.
  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
  }

  var url: String { "http://127.0.0.1:\(port)" }

  var requests: [Request] { state.withLock { $0.requests } }

  /// Returns when the client has closed the connection of an answer that it ends.
  func clientHasClosed() async {
    for await _ in closed.stream { return }
  }

  private static func listen(_ listener: Int32) throws -> Int {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(listener, address, length) == 0 && Glibc.listen(listener, 16) == 0
          ? getsockname(listener, address, &length) : -1
      }
    }
    guard result == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    return Int(UInt16(bigEndian: address.sin_port))
  }

  // MARK: - One connection

  private func serve(_ connection: Int32) {
    while let request = readRequest(connection) {
      let answer = state.withLock { state in
        state.requests.append(request)
        return state.answers.isEmpty ? .json("{}", status: 500) : state.answers.removeFirst()
      }
      switch answer {
      case .json(let text, let status, let retryAfter):
        let field = retryAfter.map { "Retry-After: \($0)\r\n" } ?? ""
        send(
          "HTTP/1.1 \(status) Scripted\r\n\(field)Content-Length: \(text.utf8.count)\r\n\r\n\(text)",
          connection)
      case .lines(let lines, let ending):
        send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", connection)
        for line in lines {
          // In two chunks, since no client may count on whole ones.
          for part in [line.prefix(line.count / 2), line.dropFirst(line.count / 2) + "\n"] where !part.isEmpty
          {
            send("\(String(part.utf8.count, radix: 16))\r\n\(part)\r\n", connection)
          }
        }
        switch ending {
        case .complete: send("0\r\n\r\n", connection)
        case .broken: return
        case .byTheClient:
          if read(connection) == nil { closed.continuation.yield() }
          return
        }
      }
    }
  }

  private func readRequest(_ connection: Int32) -> Request? {
    var text = ""
    while !text.contains("\r\n\r\n") {
      guard let more = read(connection) else { return nil }
      text += more
    }
    let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
    let lines = parts[0].split(separator: "\r\n")
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let field = line.split(separator: ":", maxSplits: 1)
      headers[field[0].lowercased()] = field.last.map { $0.trimmingCharacters(in: .whitespaces) }
    }
    var body = String(parts[1])
    while body.utf8.count < Int(headers["content-length"] ?? "") ?? 0 {
      guard let more = read(connection) else { return nil }
      body += more
    }
    let words = lines[0].split(separator: " ")
    let url = URLComponents(string: String(words[1]))
    let query = (url?.queryItems ?? []).map { ($0.name, $0.value ?? "") }
    return Request(
      method: String(words[0]), path: url?.percentEncodedPath ?? "",
      query: Dictionary(query) { first, _ in first }, headers: headers, body: body)
  }

  /// What has come; nil at the end of the connection.
  private func read(_ connection: Int32) -> String? {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = recv(connection, &buffer, buffer.count, 0)
    return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
  }

  private func send(_ text: String, _ connection: Int32) {
    let bytes = Array(text.utf8)
    _ = Glibc.send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }
}
