import Curl
import KubernetesClient
import Synchronization

/// Sends prepared requests over connections of their own, as fast as the server answers, and reads nothing of the
/// answers but their status: the floor that a controller is compared with.
final class RawClient: Sendable {
  /// Requests in flight at once, each on its own connection: as many as controllers have workers.
  static let connections = 16

  private let cluster: ClusterConfiguration
  private let token: String
  private let clients: [CurlClient]

  /// Opens no connection yet.
  ///
  /// - Throws: when the kubeconfig has no fixed token, or libcurl cannot be had.
  init(_ cluster: ClusterConfiguration) throws {
    guard case .fixed(let token) = cluster.token else {
      throw BenchmarkError("the kubeconfig names no token; run this by Tests/Benchmarks/run")
    }
    self.cluster = cluster
    self.token = token
    clients = try (0..<Self.connections).map { _ in try CurlClient() }
  }

  /// Sends the requests of each of `count` turns one after the other, and as many turns side by side as there are
  /// connections.
  func send(_ count: Int, _ turn: @escaping @Sendable (Int) throws -> [RawRequest]) async throws {
    let next = Turns()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for client in clients {
        group.addTask {
          while true {
            let number = next.take()
            guard number < count else { return }
            for request in try turn(number) { try await self.send(request, by: client) }
          }
        }
      }
      try await group.waitForAll()
    }
  }

  /// Sends the requests of turns as above for a time, and returns how many turns there were.
  func send(for time: Duration, _ turn: @escaping @Sendable (Int) throws -> [RawRequest]) async throws -> Int
  {
    let next = Turns()
    let end = ContinuousClock.now + time
    return try await withThrowingTaskGroup(of: Int.self) { group in
      for client in clients {
        group.addTask {
          var count = 0
          while ContinuousClock.now < end {
            for request in try turn(next.take()) { try await self.send(request, by: client) }
            count += 1
          }
          return count
        }
      }
      return try await group.reduce(0, +)
    }
  }

  /// Sends requests one after the other.
  func send(_ requests: [RawRequest]) async throws {
    for request in requests { try await send(request, by: clients[0]) }
  }

  /// Sends requests at once, each over a connection of its own.
  func send(sideBySide requests: [RawRequest]) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (client, request) in zip(clients, requests) {
        group.addTask { try await self.send(request, by: client) }
      }
      try await group.waitForAll()
    }
  }

  private func send(_ request: RawRequest, by client: CurlClient) async throws {
    var outgoing = CurlRequest(method: request.method, url: cluster.server + request.path)
    outgoing.headers = [
      ("Accept", "application/json"), ("User-Agent", RequestCount.benchmarkAgent),
      ("Authorization", "Bearer \(token)"),
      ("Content-Type", request.contentType),
    ]
    if !request.body.isEmpty { outgoing.body = request.body }
    outgoing.tls.certificateAuthority = cluster.certificateAuthority?.bytes
    outgoing.httpVersion = .http1
    outgoing.maximumBodyBytes = 256 << 20
    let response = try await client.send(outgoing)
    guard (200..<300).contains(response.status) else {
      throw BenchmarkError(
        "\(request.method) \(request.path): HTTP \(response.status) \(String(decoding: response.body.prefix(400), as: UTF8.self))"
      )
    }
  }
}

/// Numbers from 0 on, each given to one taker.
private final class Turns: Sendable {
  private let next = Atomic(0)

  func take() -> Int { next.add(1, ordering: .relaxed).oldValue }
}

/// Why there is nothing to measure.
struct BenchmarkError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}
