import ControllerRuntime
import Foundation
import HTTPTypes
import Hummingbird
import KubernetesClient
import Logging
import SatisAPI
import SatisController
import Synchronization
import TestSupport
import Testing

/// From the end of a build to a receiver and back into the build's status.
@Suite(.timeLimit(.minutes(4))) struct NotificationTests {
  private let server: TestServer

  init() throws {
    server = try TestServer()
  }

  /// Counts what a receiver got, and refuses the first posts.
  private final class Inbox: Sendable {
    let bodies = Mutex<[JSONValue]>([])

    func take(_ body: [UInt8], refusing: Int) -> Bool {
      bodies.withLock { bodies in
        if let body = try? JSONValue(parsing: body) { bodies.append(body) }
        return bodies.count > refusing
      }
    }
  }

  private func serve(
    _ inbox: Inbox, refusing: Int, _ body: @escaping @Sendable (String) async throws -> Void
  ) async throws {
    let (ports, port) = AsyncStream<Int>.makeStream()
    let router = Router()
    router.post("/**") { request, _ -> HTTPResponse.Status in
      let bytes = try await request.body.collect(upTo: 1 << 16)
      return inbox.take(Array(bytes.readableBytesView), refusing: refusing) ? .ok : .serviceUnavailable
    }
    let app = Application(
      router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { port.yield($0.localAddress?.port ?? 0) }, logger: .quiet)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await app.run() }
      for await number in ports {
        try await body("http://127.0.0.1:\(number)/hook")
        break
      }
      group.cancelAll()
    }
  }

  @Test func `a failed build is told until the receiver has it, and then says so`() async throws {
    let inbox = Inbox()
    try await serve(inbox, refusing: 2) { url in
      try await server.withNamespace { namespace in
        _ = try await server.client.create(
          Secret(
            metadata: ObjectMetadata(name: "hooks", namespace: namespace),
            data: ["url": Base64Data(Array("\(url)\n".utf8))]))
        try await server.createRepository("acme", in: namespace) {
          $0.notifications = [
            .init(type: .webhook, urlSecretRef: .init(name: "hooks", key: "url")),
            .init(type: .slack, urlSecretRef: .init(name: "hooks", key: "url"), on: [.succeeded]),
          ]
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
          let events = server.events()
          let controller = try SatisController(
            client: server.client,
            configuration: .init(
              namespace: namespace, defaultImage: "satis:test", notifiesLocalAddresses: true),
            events: events, logger: .quiet, now: wallClock)
          group.addTask { await controller.run() }
          group.addTask { await events.run() }
          let build = try await server.createBuild(
            "b1", of: "acme", in: namespace, source: "https://git.example.org/acme/other.git")
          let told = try await server.wait(for: SatisBuild.self, "b1", in: namespace) {
            $0.status?.notifiedTime != nil
          }
          #expect(told.condition?.reason == "Invalid")
          let bodies = inbox.bodies.withLock { $0 }
          #expect(bodies.count == 3)
          #expect(bodies.allSatisfy { $0["id"]?.text == build.metadata.uid })
          #expect(bodies.last?["type"] == "Failed")
          let event = try await server.observe(Event.self, in: namespace) {
            $0.reason == "NotificationDelayed"
          }
          #expect(event.note?.contains(url) == false)
          group.cancelAll()
        }
      }
    }
  }
}
