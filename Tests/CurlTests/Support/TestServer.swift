import Foundation
import Glibc
import Synchronization

/// A server on a port of the loopback interface that does to each connection what a script says.
///
/// Scripts run on threads of their own and block. What they wait for ends when the server goes.
final class TestServer: Sendable {
  typealias Script = @Sendable (Connection) throws -> Void

  let port: Int
  private let listener: Int32
  private let connections = Mutex<(open: [ObjectIdentifier: Connection], count: Int)>(([:], 0))
  private let threads = DispatchGroup()

  var url: String { "http://127.0.0.1:\(port)" }

  /// How many connections have been made.
  var connectionCount: Int { connections.withLock { $0.count } }

  init(onAllInterfaces: Bool = false, _ script: @escaping Script) throws {
    let socket = try LoopbackSocket.listening(backlog: 512, onAllInterfaces: onAllInterfaces)
    (listener, port) = (socket.descriptor, socket.port)
    threads.enter()
    Thread.detachNewThread { [self] in
      acceptAll(script)
      threads.leave()
    }
  }

  /// A server whose script answers each request of a connection, until the client closes it.
  convenience init(
    onAllInterfaces: Bool = false, answering answer: @escaping @Sendable (Request) -> Response
  ) throws {
    try self.init(onAllInterfaces: onAllInterfaces) { connection in
      while let request = try connection.readRequest() {
        try connection.write(answer(request).bytes)
      }
    }
  }

  private func acceptAll(_ script: @escaping Script) {
    while true {
      let descriptor = accept(listener, nil, nil)
      guard descriptor >= 0 else { return }
      let connection = Connection(descriptor)
      connections.withLock { connections in
        connections.open[ObjectIdentifier(connection)] = connection
        connections.count += 1
      }
      threads.enter()
      Thread.detachNewThread { [self] in
        // A script that fails closes its connection, and the test sees that on the client's side.
        try? script(connection)
        connection.finish()
        connections.withLock { $0.open[ObjectIdentifier(connection)] = nil }
        threads.leave()
      }
    }
  }

  /// Ends all scripts, and returns when they have ended.
  func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
    for connection in connections.withLock({ Array($0.open.values) }) { connection.interrupt() }
    threads.wait()
    close(listener)
  }
}

/// Sockets on the loopback interface, as POSIX has them.
struct LoopbackSocket {
  let descriptor: Int32
  let port: Int

  /// A socket that listens on a free port.
  static func listening(backlog: Int32, onAllInterfaces: Bool = false) throws -> LoopbackSocket {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = loopback(port: 0)
    if onAllInterfaces { address.sin_addr.s_addr = INADDR_ANY }
    try withSocketAddress(&address) { pointer, length in
      try check(bind(descriptor, pointer, length))
      try check(listen(descriptor, backlog))
      var length = length
      try check(getsockname(descriptor, pointer, &length))
    }
    return LoopbackSocket(descriptor: descriptor, port: Int(UInt16(bigEndian: address.sin_port)))
  }

  /// A port that nobody listens on.
  static func closedPort() throws -> Int {
    let socket = try listening(backlog: 1)
    close([socket.descriptor])
    return socket.port
  }

  /// Opens connections that nobody accepts until the kernel answers no further one.
  ///
  /// - Returns: their descriptors.
  func fillBacklog() throws -> [Int32] {
    var descriptors: [Int32] = []
    while true {
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
      descriptors.append(descriptor)
      var address = Self.loopback(port: port)
      _ = try Self.withSocketAddress(&address) { pointer, length in connect(descriptor, pointer, length) }
      var event = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      // A connection over the loopback stands at once, or the backlog is full.
      if poll(&event, 1, 100) == 0 { return descriptors }
    }
  }

  static func close(_ descriptors: [Int32]) {
    for descriptor in descriptors { Glibc.close(descriptor) }
  }

  private static func loopback(port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
    return address
  }

  private static func withSocketAddress<Value>(
    _ address: inout sockaddr_in, _ use: (UnsafeMutablePointer<sockaddr>, socklen_t) throws -> Value
  ) throws -> Value {
    try withUnsafeMutablePointer(to: &address) { pointer in
      try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        try use($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  private static func check(_ result: Int32) throws {
    guard result >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
  }
}
