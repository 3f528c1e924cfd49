import Foundation
public import KubernetesClient
import Synchronization

/// Carries TCP connections to the API server as they are, TLS and HTTP/2 included, and lets them die in silence.
public final class TCPRelay: Sendable {
  private struct State {
    /// Ways from a client to the server.
    var open: [Int32: Int32] = [:]
    /// The clients' ends of connections that are dead, which nobody has told the clients.
    var dead: [Int32] = []
    var count = 0
  }

  /// How the server is reached through it.
  public let configuration: ClusterConfiguration
  private let target: Int
  private let listener: Int32
  private let state = Mutex(State())
  private let threads = DispatchGroup()

  /// How many connections have been made.
  public var connectionCount: Int { state.withLock { $0.count } }

  /// Begins to listen on a free port.
  public init(to server: TestServer) throws {
    guard let target = URL(string: server.client.configuration.server)?.port else {
      throw TestFailure("the API server's URL has no port")
    }
    self.target = target
    let port: Int
    (listener, port) = try Loopback.listen()
    var configuration = server.client.configuration
    // The server's certificate is good for this address.
    configuration.server = "https://127.0.0.1:\(port)"
    self.configuration = configuration
    inThread { relay in
      while case let client = accept(relay.listener, nil, nil), client >= 0 { relay.open(client) }
    }
  }

  /// Lets each connection that there is die, as when a cable is cut: nothing gets through any more, nothing is
  /// acknowledged, and nobody is told.
  ///
  /// Later connections work.
  public func cutInSilence() throws {
    try state.withLock { state in
      for (client, server) in state.open {
        try Loopback.dropAllSegments(to: client)
        // The server may know; it ends the thread between the two.
        shutdown(server, Int32(SHUT_RDWR))
      }
      state.dead += state.open.keys
      state.open = [:]
    }
  }

  /// Closes everything.
  public func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
    state.withLock { state in
      for client in state.open.keys + state.dead { shutdown(client, Int32(SHUT_RDWR)) }
    }
    threads.wait()
    for descriptor in state.withLock({ $0.dead }) + [listener] { close(descriptor) }
  }

  private func open(_ client: Int32) {
    guard let server = try? Loopback.connect(to: target) else {
      close(client)
      return
    }
    state.withLock { state in
      state.open[client] = server
      state.count += 1
    }
    inThread { relay in
      while Self.carry(client, server) {}
      // The client's end of a dead connection stays open: closing it would tell.
      let isAlive = relay.state.withLock { $0.open.removeValue(forKey: client) != nil }
      close(server)
      if isAlive { close(client) }
    }
  }

  /// Waits for bytes from either side and passes them on.
  ///
  /// - Returns: false when one of them has closed.
  private static func carry(_ first: Int32, _ second: Int32) -> Bool {
    let wanted = Int16(POLLIN)
    var ends = [
      pollfd(fd: first, events: wanted, revents: 0), pollfd(fd: second, events: wanted, revents: 0),
    ]
    poll(&ends, 2, -1)
    for (index, end) in ends.enumerated() where end.revents != 0 {
      var buffer = [UInt8](repeating: 0, count: 65_536)
      let count = recv(end.fd, &buffer, buffer.count, 0)
      guard count > 0 else { return false }
      var rest = buffer[..<count]
      while !rest.isEmpty {
        let sent = rest.withUnsafeBytes {
          send(ends[1 - index].fd, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard sent > 0 else { return false }
        rest = rest.dropFirst(sent)
      }
    }
    return true
  }

  private func inThread(_ body: @escaping @Sendable (TCPRelay) -> Void) {
    threads.enter()
    Thread.detachNewThread { [self] in
      body(self)
      threads.leave()
    }
  }
}
