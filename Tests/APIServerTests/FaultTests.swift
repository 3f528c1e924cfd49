import CMalloc
import Foundation
import SeededRandom
import Synchronization
import TestSupport
import Testing

@testable import KubernetesClient

/// What the client makes of a network and a server that fail, seen through a proxy before the real API server.
@Suite(.timeLimit(.minutes(4))) struct FaultTests {
  let server: TestServer

  init() throws {
    server = try TestServer()
  }

  /// Runs a body with a client behind a proxy.
  private func behindProxy(
    _ fault: @escaping @Sendable (FaultProxy.Incoming) -> Fault?,
    sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
    _ body: @Sendable (KubernetesClient) async throws -> Void
  ) async throws {
    let proxy = try FaultProxy(upstream: server.client.configuration, fault: fault)
    try await proxy.run { kubeconfig in
      let client = try KubernetesClient(
        configuration: .discover(kubeconfig: kubeconfig, environment: [:]), fieldManager: "test",
        userAgent: "satis-operator-tests", logger: .quiet, sleep: sleep)
      try await body(client)
      await client.shutdown()
    }
  }

  private func map(_ name: String, _ namespace: String, _ value: String = "1") -> ConfigMap {
    ConfigMap(
      metadata: ObjectMetadata(name: name, namespace: namespace, labels: ["test": "fault"]),
      data: ["value": value])
  }

  // MARK: - One request

  @Test func `a create whose answer is lost has been done, and its repetition is no second object`()
    async throws
  {
    try await server.withNamespace { namespace in
      let lost = Mutex(false)
      try await behindProxy({ request in
        guard request.method == "POST" else { return nil }
        return lost.withLock { lost in
          defer { lost = true }
          return lost ? nil : .lose(.afterForwarding)
        }
      }) { client in
        await #expect(throws: KubernetesError.self) { try await client.create(map("a", namespace)) }
        let error = await #expect(throws: KubernetesError.self) {
          try await client.create(map("a", namespace))
        }
        #expect(error?.isAlreadyExists == true)
      }
      let found = try await server.client.listAll(
        ConfigMap.self, in: namespace, labelSelector: "test=fault")
      #expect(found.items.count == 1)
    }
  }

  @Test func `a list in single bytes and with a delay is whole`() async throws {
    try await server.withNamespace { namespace in
      for index in 0..<3 { _ = try await server.client.create(map("m\(index)", namespace)) }
      try await behindProxy({ _ in .deliver(.init(pieceBytes: 1, delay: .milliseconds(50))) }) { client in
        let list = try await client.listAll(ConfigMap.self, in: namespace, labelSelector: "test=fault")
        #expect(list.items.map(\.metadata.name) == ["m0", "m1", "m2"])
      }
    }
  }

  @Test(arguments: [
    Fault.deliver(.init(limitBytes: 100, ending: .cut)), .lose(.beforeForwarding), .unavailable(), .gone,
  ])
  func `half an answer and a refusal are errors that name the request`(fault: Fault) async throws {
    try await server.withNamespace { namespace in
      _ = try await server.client.create(map("a", namespace))
      try await behindProxy({ _ in fault }) { client in
        let error = await #expect(throws: KubernetesError.self) {
          try await client.listAll(ConfigMap.self, in: namespace, labelSelector: "test=fault")
        }
        #expect(error?.description.contains("configmaps") == true, "\(error?.description ?? "")")
      }
    }
  }

  // MARK: - A watch

  /// What happens to a request of a watcher, from one number.
  private static func fault(_ request: FaultProxy.Incoming, _ dice: inout SeededGenerator) -> Fault? {
    let bytes = Int.random(in: 0...4_000, using: &dice)
    let piece = Int.random(in: 1...200, using: &dice)
    switch Int.random(in: 0..<12, using: &dice) {
    case 0: return .unavailable()
    case 1: return .tooManyRequests(retryAfter: 0)
    case 2: return .unauthorized
    case 3: return .gone
    case 4: return request.isWatch ? .goneEvent : .gone
    case 5: return .lose(.beforeForwarding)
    case 6: return .deliver(.init(pieceBytes: piece, limitBytes: bytes, ending: .cut))
    case 7: return .deliver(.init(pieceBytes: piece, limitBytes: bytes, ending: .complete))
    case 8: return .deliver(.init(pieceBytes: 1, limitBytes: bytes, ending: .cut))
    case 9: return .deliver(.init(delay: .milliseconds(5), limitBytes: bytes, ending: .cut))
    default: return .deliver(.init(limitBytes: 8 * bytes, ending: .cut))
    }
  }

  @Test func `after an hour of faults the cache is right, nothing was told twice, and memory is as it was`()
    async throws
  {
    // In a process of its own, whose memory no other test uses. An exit test would hold the threads of all other tests
    // while it waits for its end.
    let mark = "SATIS_TEST_ALONE"
    guard ProcessInfo.processInfo.environment[mark] == nil else { return try await anHour() }
    let result = try await Command.result(of: [
      "\(mark)=1", ProcessInfo.processInfo.arguments[0], "--testing-library", "swift-testing", "--filter",
      "an hour of faults",
    ])
    #expect(result.exitCode == 0, "\(result.output)")
    let figures = result.output.split(separator: "\n").first { $0.hasPrefix("an hour of faults: ") }
    print(try #require(figures))
  }

  private func anHour() async throws {
    let isOver = Mutex(false)
    let dice = Mutex(SeededGenerator(seed: 1))
    let waited = Mutex(Duration.zero)
    let record = WatchRecord()
    try await server.withNamespace { namespace in
      // The waits between two tries make up the hour; they are shortened.
      try await behindProxy(
        { request in
          isOver.withLock { $0 } ? nil : dice.withLock { Self.fault(request, &$0) }
        },
        sleep: { delay in
          waited.withLock { $0 += delay }
          try await Task.sleep(for: delay / 500)
        }
      ) { client in
        let watcher = Watcher<ConfigMap>(
          client: client, namespace: namespace, labelSelector: "test=fault", logger: .quiet)
        let run = Task { await watcher.run { record.take($0) } }
        defer { run.cancel() }
        var changes = 0
        var memory: [Int] = []
        for quarter in 1...4 {
          while waited.withLock({ $0 }) < .seconds(900) * quarter {
            changes += 1
            try await change(changes, in: namespace)
          }
          memory.append(Self.allocatedBytes)
        }
        isOver.withLock { $0 = true }
        let last = try await server.client.create(map("last", namespace))
        await record.wait(for: last.key)
        let list = try await server.client.listAll(
          ConfigMap.self, in: namespace, labelSelector: "test=fault")
        let fresh = WatchRecord.content(list.items)
        #expect(record.content == fresh)
        let sum = record.sum
        #expect(sum.mistakes == [])
        // Buffers and caches, the proxy's too, grow by some 200 KB until they have their size. A connection that is
        // kept after each of the 200 faults would be several megabytes.
        #expect(memory[3] - memory[0] < 2 << 20)
        print(
          "an hour of faults: \(changes) changes, \(sum.lists) lists and \(sum.events) events, "
            + "\(fresh.count) objects at the end; KB in use after each quarter: \(memory.map { $0 >> 10 })")
      }
    }
  }

  /// What this process has allocated and not given back.
  private static var allocatedBytes: Int {
    let heap = mallinfo2()
    return heap.uordblks + heap.hblkhd
  }

  /// Creates, changes or deletes one of twenty objects.
  private func change(_ number: Int, in namespace: String) async throws {
    let name = "m\(number * 7 % 20)"
    let key = NamespacedName(namespace: namespace, name: name)
    do throws(KubernetesError) {
      if number % 5 == 0 {
        try await server.client.delete(ConfigMap.self, key, uid: nil, propagation: .background)
      } else {
        _ = try await server.client.mergePatch(
          ConfigMap.self, key, patch: ["data": ["value": .string("\(number)")]], resourceVersion: nil)
      }
    } catch {
      guard error.isNotFound else { throw error }
      _ = try await server.client.create(map(name, namespace, "\(number)"))
    }
  }
}
