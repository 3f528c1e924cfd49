import ControllerRuntime
import KubernetesClient
import TestSupport
import Testing

/// Events as a real API server takes them.
@Suite(.timeLimit(.minutes(1))) struct EventTests {
  @Test func `an event is created once, and its repeats are counted in it`() async throws {
    let server = try TestServer()
    try await server.withNamespace { namespace in
      let object = try await server.client.create(
        ConfigMap(metadata: ObjectMetadata(name: "a", namespace: namespace), data: [:]))
      let recorder = EventRecorder(
        client: server.client, controller: "satis.dev/test", instance: "test-1", logger: .quiet,
        now: { MicroTime(microseconds: 1_700_000_000_000_000) })
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await recorder.run() }
        recorder.record(
          on: ObjectReference(object), type: .warning, reason: "Failed", action: "Build",
          note: String(repeating: "é", count: 1_000))
        let event = try await server.observe(Event.self, in: namespace) { $0.regarding?.name == "a" }
        #expect(event.eventTime?.description == "2023-11-14T22:13:20.000000Z")
        #expect(event.regarding?.uid == object.metadata.uid)
        #expect(event.type == .warning)
        #expect(event.series == nil)
        recorder.record(
          on: ObjectReference(object), type: .warning, reason: "Failed", action: "Build",
          note: String(repeating: "é", count: 1_000))
        try await server.wait(for: Event.self, event.metadata.name, in: namespace) { $0.series?.count == 2 }
        group.cancelAll()
      }
      #expect(try await server.client.listAll(Event.self, in: namespace).items.count == 1)
    }
  }
}
