import KubernetesClient
import Logging
import Synchronization
import Testing

@testable import ControllerRuntime

/// The recorder against a server that keeps what it is told, or does not.
@Suite(.timeLimit(.minutes(1))) struct EventRecorderTests {
  private let object = ObjectReference(
    apiVersion: "satis.dev/v1alpha1", kind: "SatisBuild", namespace: "shop", name: "acme-1", uid: "u-1")

  private func recorder(
    _ writer: any EventWriter, capacity: Int = 100, patience: @escaping @Sendable () async -> Void = hang
  ) -> EventRecorder {
    EventRecorder(
      writer: writer, controller: "satis.dev/test", instance: "pod-1", capacity: capacity, patience: patience,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      now: { MicroTime(microseconds: 1_000_000) })
  }

  @Test func `repeats are one event whose series is patched`() async throws {
    let writer = FakeWriter()
    let recorder = recorder(writer)
    await withTaskGroup { group in
      group.addTask { await recorder.run() }
      for expected in 1...2 {
        recorder.record(on: object, type: .warning, reason: "Failed", action: "Build", note: "it broke")
        await writer.wait(until: expected)
      }
      for _ in 0..<3 {
        recorder.record(on: object, type: .warning, reason: "Failed", action: "Build", note: "it broke")
      }
      recorder.close()
    }
    let calls = writer.calls
    #expect(calls.count == 3)
    guard case .create(let event) = calls[0] else {
      Issue.record("the first call is no creation")
      return
    }
    #expect(event.metadata.namespace == "shop")
    #expect(event.metadata.name.hasPrefix("acme-1.f4240."))
    #expect(event.eventTime?.description == "1970-01-01T00:00:01.000000Z")
    #expect(event.regarding == object)
    #expect(event.reportingController == "satis.dev/test")
    #expect(event.reportingInstance == "pod-1")
    #expect(event.series == nil)
    #expect(calls[1] == .patch(event.key, series(2)))
    #expect(calls[2] == .patch(event.key, series(5)))
  }

  private func series(_ count: Int64) -> JSONValue {
    ["series": ["count": .integer(count), "lastObservedTime": "1970-01-01T00:00:01.000000Z"]]
  }

  @Test func `what is too long for the API is cut`() async throws {
    let writer = FakeWriter()
    let recorder = recorder(writer)
    var long = object
    long.name = String(repeating: "a", count: 253)
    recorder.record(
      on: long, type: .normal, reason: String(repeating: "R", count: 200),
      action: String(repeating: "A", count: 200),
      note: String(repeating: "é", count: 2_000))
    recorder.close()
    await recorder.run()
    guard case .create(let event) = writer.calls.first else {
      Issue.record("nothing was created")
      return
    }
    #expect(event.metadata.name.utf8.count == 253)
    #expect((1_000...1_024).contains(event.note?.utf8.count ?? 0))
    #expect((100...128).contains(event.reason?.utf8.count ?? 0))
    #expect((100...128).contains(event.action?.utf8.count ?? 0))
  }

  @Test func `events about objects of the cluster go to the default namespace`() async {
    let writer = FakeWriter()
    let recorder = recorder(writer)
    var node = object
    node.namespace = nil
    recorder.record(on: node, type: .normal, reason: "R", action: "A", note: "n")
    recorder.close()
    await recorder.run()
    guard case .create(let event) = writer.calls.first else {
      Issue.record("nothing was created")
      return
    }
    #expect(event.metadata.namespace == "default")
  }

  @Test func `a refusal is dropped and the next event written`() async {
    let writer = FakeWriter(refuses: { $0 == 0 })
    let recorder = recorder(writer)
    for note in ["a", "b"] {
      recorder.record(on: object, type: .normal, reason: "R", action: "A", note: note)
    }
    recorder.close()
    await recorder.run()
    #expect(writer.calls.count == 2)
  }

  @Test func `a server that hangs holds nobody up, neither recording nor the end`() async {
    let recorder = recorder(HangingWriter(), capacity: 5, patience: {})
    for number in 0..<1_000 {
      recorder.record(on: object, type: .normal, reason: "R", action: "A", note: "\(number)")
    }
    recorder.close()
    await recorder.run()
  }

  @Test func `an event that is being written at the end delays it by no more than the limit`() async {
    let writer = HangingWriter()
    let recorder = recorder(writer, patience: {})
    recorder.record(on: object, type: .normal, reason: "R", action: "A", note: "n")
    await withTaskGroup { group in
      group.addTask { await recorder.run() }
      await writer.arrived.wait(until: nil, clock: ContinuousClock())
      recorder.close()
    }
  }

  @Test func `what waits behind an event that is being written at the end is written as well`() async {
    let answer = Signal()
    let writer = FakeWriter(holds: { number in
      if number == 0 { await answer.wait(until: nil, clock: ContinuousClock()) }
    })
    let recorder = recorder(writer)
    for note in ["a", "b", "c"] {
      recorder.record(on: object, type: .normal, reason: "R", action: "A", note: note)
    }
    await withTaskGroup { group in
      group.addTask { await recorder.run() }
      await writer.wait(until: 1)
      recorder.close()
      answer.send()
    }
    #expect(writer.calls.count == 3)
  }

  @Test func `cancelling ends it without a word`() async {
    let writer = FakeWriter()
    let recorder = recorder(writer)
    let running = Task { await recorder.run() }
    running.cancel()
    await running.value
  }
}

/// Ends with the task.
private func hang() async {
  for await _ in AsyncStream<Never>.makeStream().stream {}
}

/// Keeps what it is told; some calls it refuses or lets wait, by their number.
private final class FakeWriter: EventWriter {
  enum Call: Hashable {
    case create(Event)
    case patch(NamespacedName, JSONValue)
  }

  private let state = Mutex<[Call]>([])
  private let refuses: @Sendable (Int) -> Bool
  private let holds: @Sendable (Int) async -> Void
  private let changed = Signal()

  init(
    refuses: @escaping @Sendable (Int) -> Bool = { _ in false },
    holds: @escaping @Sendable (Int) async -> Void = { _ in }
  ) {
    self.refuses = refuses
    self.holds = holds
  }

  var calls: [Call] { state.withLock { $0 } }

  func wait(until count: Int) async {
    while calls.count < count { await changed.wait(until: nil, clock: ContinuousClock()) }
  }

  func create(_ event: Event) async throws(KubernetesError) { try await take(.create(event)) }

  func patch(_ key: NamespacedName, _ patch: JSONValue) async throws(KubernetesError) {
    try await take(.patch(key, patch))
  }

  private func take(_ call: Call) async throws(KubernetesError) {
    let number = state.withLock { calls in
      calls.append(call)
      return calls.count - 1
    }
    changed.send()
    await holds(number)
    if refuses(number) { throw KubernetesError(request: "write", cause: .status(.init(code: 403))) }
  }
}

/// Never answers.
private struct HangingWriter: EventWriter {
  let arrived = Signal()

  func create(_ event: Event) async throws(KubernetesError) { await take() }
  func patch(_ key: NamespacedName, _ patch: JSONValue) async throws(KubernetesError) { await take() }

  private func take() async {
    arrived.send()
    await hang()
  }
}
