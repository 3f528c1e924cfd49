import ControllerRuntime
import Foundation
import KubernetesClient
import Synchronization
import TestSupport
import Testing

/// What the client makes of a network and a server that fail, seen through a proxy before the real API server.
@Suite(.timeLimit(.minutes(4))) struct FaultTests {
  let server: TestServer

  init() throws {
    server = try TestServer()
  }

  /// Runs a body with a client behind a proxy.
  private func behindProxy(
    _ fault: @escaping @Sendable (FaultProxy.Incoming) -> Fault?,
    _ body: @Sendable (KubernetesClient) async throws -> Void
  ) async throws {
    let proxy = try FaultProxy(upstream: server.client.configuration, fault: fault)
    try await proxy.run { kubeconfig in
      let client = try KubernetesClient(
        configuration: .discover(kubeconfig: kubeconfig, environment: [:]), fieldManager: "test",
        userAgent: "satis-operator-tests", logger: .quiet)
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
}
