import Crypto
import Hummingbird
import KubernetesClient
import Logging
import MetricsTestKit
import Testing

@testable import SatisController

/// The notifier against real HTTP servers.
@Suite(.timeLimit(.minutes(1))) struct NotifierTests {
  private let receiver = Receiver()
  private let metrics = TestMetrics()

  /// Runs a notifier while something is done; its reports come as a stream.
  private func withNotifier(
    allowsLocalAddresses: Bool = true, timeout: Duration = .seconds(10), lifetime: Duration = .seconds(60),
    capacity: Int = 100,
    _ body: (Notifier, Reports) async throws -> Void
  ) async throws {
    var configuration = Notifier.Configuration()
    configuration.policy.firstDelay = .milliseconds(1)
    configuration.policy.longestDelay = .milliseconds(4)
    configuration.policy.lifetime = lifetime
    configuration.policy.capacity = capacity
    configuration.timeout = timeout
    configuration.allowsLocalAddresses = allowsLocalAddresses
    let (reports, continuation) = AsyncStream<NotificationReport>.makeStream()
    let notifier = try Notifier(
      configuration: configuration, metrics: metrics,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      jitter: { 1 }, report: { continuation.yield($0) })
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await notifier.run() }
      do {
        try await body(notifier, Reports(stream: reports))
        notifier.close()
      } catch {
        group.cancelAll()
        throw error
      }
    }
  }

  /// What a notifier reports, in order.
  private struct Reports: Sendable {
    let stream: AsyncStream<NotificationReport>

    /// The next report; waits for it.
    func next() async -> NotificationReport? {
      var iterator = stream.makeAsyncIterator()
      return await iterator.next()
    }
  }

  private static func posts(_ result: String, _ metrics: TestMetrics) -> Int64 {
    metrics.counterTotal(
      label: "satis_notifications_total", dimensions: [("type", "Webhook"), ("result", result)])
  }

  @Test func `a receiver that fails five times gets it at the sixth, with the same id`() async throws {
    try await receiver.serve { number, _ in
      Response(status: number <= 5 ? .serviceUnavailable : .ok)
    } _: { url in
      try await withNotifier { notifier, reports in
        notifier.enqueue(.example(), to: .example(url))
        let delayed = await reports.next()
        #expect(delayed?.outcome == .delayed("it answered 503"))
        #expect(delayed?.isFinal == false)
        let delivered = await reports.next()
        #expect(delivered?.outcome == .delivered)
        #expect(delivered?.attempts == 6)
        #expect(delivered?.isFinal == true)
      }
    }
    #expect(receiver.posts.count == 6)
    #expect(Set(receiver.posts.map { $0.header("X-Satis-Delivery") }) == ["u-1"])
    #expect(Set(receiver.posts.map(\.body)).count == 1)
    #expect(Self.posts("failed", metrics) == 5)
    #expect(Self.posts("delivered", metrics) == 1)
    #expect(Self.posts("gave_up", metrics) == 0)
  }

  @Test func `a receiver that hangs is given up in time, and holds up no other`() async throws {
    let other = Receiver()
    try await receiver.serve { _, _ in
      try await Task.sleep(for: .seconds(3_600))
      return Response(status: .ok)
    } _: { url in
      try await other.serve { _, _ in
        Response(status: .noContent)
      } _: { otherURL in
        try await withNotifier(timeout: .seconds(2), lifetime: .milliseconds(1)) { notifier, reports in
          notifier.enqueue(.example(uid: "hangs"), to: .example(url, name: "a"))
          notifier.enqueue(.example(uid: "goes"), to: .example(otherURL, name: "b"))
          let first = await reports.next()
          #expect(first?.notification.uid == "goes")
          #expect(first?.outcome == .delivered)
          let second = await reports.next()
          #expect(second?.notification.uid == "hangs")
          #expect(second?.outcome == .gaveUp("it did not answer in time"))
        }
      }
    }
  }

  @Test func `a receiver that is gone is asked once, and what it says goes nowhere`() async throws {
    try await receiver.serve { _, _ in
      Response(status: .gone, body: .init(byteBuffer: ByteBuffer(string: "planted")))
    } _: { url in
      try await withNotifier { notifier, reports in
        notifier.enqueue(.example(), to: .example(url))
        let report = try #require(await reports.next())
        #expect(report.outcome == .gaveUp("it answered 410; correct its URL or secret"))
        #expect(!"\(report) \(report.event)".contains("planted"))
        #expect(report.event.reason == "NotificationFailed")
        #expect(report.event.type == .warning)
      }
    }
    #expect(receiver.posts.count == 1)
    #expect(Self.posts("gave_up", metrics) == 1)
  }

  @Test(arguments: ["http://169.254.169.254/latest/meta-data/", "/stolen"])
  func `a redirect is not followed`(location: String) async throws {
    try await receiver.serve { _, _ in
      Response(status: .temporaryRedirect, headers: [.location: location])
    } _: { url in
      try await withNotifier(lifetime: .zero) { notifier, reports in
        notifier.enqueue(.example(), to: .example(url + "/hook"))
        let report = await reports.next()
        #expect(report?.outcome == .gaveUp("it answered 307, and redirects are not followed"))
      }
    }
    #expect(receiver.posts.map(\.path) == ["/hook"])
  }

  @Test func `a receiver can verify the signature`() async throws {
    let secret = "a secret of the receiver"
    try await receiver.serve { _, post in
      let code = HMAC<SHA256>.authenticationCode(
        for: post.body, using: SymmetricKey(data: Array(secret.utf8)))
      let text = code.map { String(UInt16($0) + 256, radix: 16).dropFirst() }.joined()
      let fits = post.header("X-Satis-Signature-256") == "sha256=\(text)"
      return Response(status: fits ? .ok : .unauthorized)
    } _: { url in
      try await withNotifier { notifier, reports in
        notifier.enqueue(.example(uid: "1"), to: .example(url, secret: secret))
        #expect(await reports.next()?.outcome == .delivered)
        notifier.enqueue(.example(uid: "2"), to: .example(url, secret: "another"))
        #expect(await reports.next()?.outcome == .gaveUp("it answered 401; correct its URL or secret"))
      }
    }
    let post = try #require(receiver.posts.first)
    #expect(post.header("Content-Type") == "application/json")
    #expect(post.header("X-Satis-Event") == "Failed")
    #expect(post.header("User-Agent") == "satis-operator")
    #expect(try JSONValue(parsing: post.body)["build"] == "acme-7")
  }

  @Test func `a receiver on this machine gets nothing unless that is allowed`() async throws {
    try await receiver.serve { _, _ in
      Response(status: .ok)
    } _: { url in
      try await withNotifier(allowsLocalAddresses: false) { notifier, reports in
        for address in [
          url, url.replacing("127.0.0.1", with: "localhost"), url.replacing("127.0.0.1", with: "2130706433"),
        ] {
          notifier.enqueue(.example(uid: address), to: .example(address))
          let outcome = await reports.next()?.outcome
          #expect(outcome == .gaveUp("its address is a local one, where nothing is sent"))
        }
      }
    }
    #expect(receiver.posts.isEmpty)
  }

  @Test(arguments: ["ftp://example.test/", "file:///etc/passwd", "no url", "", "gopher://127.0.0.1:6379/_x"])
  func `a URL that is neither http nor https is refused, and shown nowhere`(url: String) async throws {
    try await withNotifier { notifier, reports in
      notifier.enqueue(.example(), to: .example(url))
      let outcome = await reports.next()?.outcome
      #expect(outcome == .gaveUp("its URL cannot be used; write it as https://host/path"))
    }
  }

  @Test func `a receiver that is not there yet gets it later`() async throws {
    try await withNotifier { notifier, reports in
      // Nobody listens on the port of a service that is meant to be sent to nobody (RFC 863).
      notifier.enqueue(.example(), to: .example("http://127.0.0.1:9/"))
      #expect(await reports.next()?.outcome == .delayed("it cannot be reached (connect)"))
    }
  }

  @Test func `an acknowledgement counts whatever comes after it`() async throws {
    try await receiver.serve { _, _ in
      Response(
        status: .ok,
        body: .init { writer in
          for _ in 0..<200 { try await writer.write(ByteBuffer(repeating: 0x78, count: 65_536)) }
          try await writer.finish(nil)
        })
    } _: { url in
      try await withNotifier { notifier, reports in
        notifier.enqueue(.example(), to: .example(url))
        #expect(await reports.next()?.outcome == .delivered)
      }
    }
  }

  @Test func `asking never waits, and what is too much is given up and told`() async throws {
    try await receiver.serve { _, _ in
      try await Task.sleep(for: .seconds(3_600))
      return Response(status: .ok)
    } _: { url in
      try await withNotifier(timeout: .seconds(2), lifetime: .zero, capacity: 10) {
        notifier, reports in
        for number in 0..<100 { notifier.enqueue(.example(uid: "\(number)"), to: .example(url)) }
        for _ in 0..<89 {
          #expect(await reports.next()?.outcome == .gaveUp("too many notifications wait"))
        }
      }
    }
  }
}
