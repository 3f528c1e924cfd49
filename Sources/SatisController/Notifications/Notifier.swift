import ControllerRuntime
import Curl
import Logging
import Metrics
import ServiceLifecycle
import Synchronization

/// Posts notifications, again and again until they are acknowledged.
///
/// What is pending is in memory only. Whoever asks for a delivery records its end and asks again after a restart; so a
/// receiver may get one twice, with the same `X-Satis-Delivery`.
final class Notifier: Service, CustomStringConvertible {
  typealias Deliveries = DeliveryState<ContinuousClock.Instant>

  /// What can be set from outside.
  struct Configuration: Sendable {
    var policy = Deliveries.Policy()
    /// Longest time for one post, from the name's resolution to the answer.
    var timeout: Duration = .seconds(10)
    /// Whether receivers may be on this machine, for tests and side cars.
    var allowsLocalAddresses = false
    /// How requests name the program.
    var userAgent = "satis-operator"
  }

  /// As much of an answer is read, to let the receiver finish; none of it is kept.
  private static let readBytes = 65_536

  private struct State {
    var deliveries: Deliveries
    var isClosed = false
  }

  private let configuration: Configuration
  private let curl: CurlClient
  private let metrics: NotificationMetrics
  private let jitter: @Sendable () -> Double
  private let report: @Sendable (NotificationReport) -> Void
  private let logger: Logger
  private let clock = ContinuousClock()
  private let state: Mutex<State>
  private let changed = Signal()

  /// Creates a notifier, which posts while it is run.
  ///
  /// - Parameters:
  ///   - jitter: numbers from 0 to 1 by chance.
  ///   - report: called when a delivery has ended, and when it has failed for the first time; it returns at once.
  /// - Throws: `CurlError` when libcurl cannot be had.
  init(
    configuration: Configuration = Configuration(), metrics: any MetricsFactory = MetricsSystem.factory,
    logger: Logger, jitter: @escaping @Sendable () -> Double = { .random(in: 0...1) },
    report: @escaping @Sendable (NotificationReport) -> Void
  ) throws(CurlError) {
    self.configuration = configuration
    self.metrics = NotificationMetrics(factory: metrics)
    self.jitter = jitter
    self.report = report
    self.logger = logger
    curl = try CurlClient()
    state = Mutex(State(deliveries: Deliveries(policy: configuration.policy)))
  }

  /// Asks for a delivery and returns at once; asking for a pending one again changes nothing.
  func enqueue(_ notification: BuildNotification, to receiver: NotificationReceiver) {
    let delivery = Deliveries.Delivery(notification: notification, receiver: receiver)
    let now = clock.now
    let dropped = state.withLock { $0.deliveries.add(delivery, at: now) }
    if let dropped {
      tell(dropped, .gaveUp(attempts: 0, reason: "too many notifications wait"))
    }
    changed.send()
  }

  /// Posts until graceful shutdown, after which what is under way ends, or until cancellation.
  func run() async {
    await withGracefulShutdownHandler {
      await withDiscardingTaskGroup { group in
        while let delivery = await next() {
          group.addTask { await self.deliver(delivery) }
        }
      }
    } onGracefulShutdown: {
      self.close()
    }
    await curl.shutdown()
  }

  /// Ends `run` when what is under way has ended.
  func close() {
    state.withLock { $0.isClosed = true }
    changed.send()
  }

  private func next() async -> Deliveries.Delivery? {
    while !Task.isCancelled {
      let now = clock.now
      let turn = state.withLock { $0.isClosed ? nil : $0.deliveries.take(at: now) }
      switch turn {
      case nil: return nil
      case .post(let delivery): return delivery
      case .wait(let time): await changed.wait(until: time, clock: clock)
      }
    }
    return nil
  }

  private func deliver(_ delivery: Deliveries.Delivery) async {
    let answer = await post(delivery)
    let (now, jitter) = (clock.now, jitter())
    let verdict = state.withLock { $0.deliveries.done(delivery.identity, answer, jitter: jitter, at: now) }
    // Cancelled posts say nothing of the receiver.
    if !Task.isCancelled { tell(delivery, verdict) }
    changed.send()
  }

  private func post(_ delivery: Deliveries.Delivery) async -> Deliveries.Answer {
    let message: NotificationMessage
    do {
      message = try NotificationMessage(delivery.notification, for: delivery.receiver)
    } catch {
      return .refused("it cannot be written as JSON")
    }
    var request = CurlRequest(method: .post, url: delivery.receiver.url, body: message.body)
    request.headers = [("User-Agent", configuration.userAgent)] + message.headers
    request.timeout = configuration.timeout
    request.connectTimeout = configuration.timeout
    request.forbidsLocalAddresses = !configuration.allowsLocalAddresses
    do {
      return try await curl.stream(request) { head, body in
        var length = 0
        // The status counts, also where the rest of the answer breaks off.
        var pieces = body.makeAsyncIterator()
        while length < Self.readBytes, let piece = try? await pieces.next() { length += piece.count }
        return ReceiverAnswer.meaning(ofStatus: head.status, retryAfter: head.header("Retry-After"))
      }
    } catch let error as CurlError {
      return ReceiverAnswer.meaning(of: error)
    } catch {
      return .failed("it cannot be reached", retryAfter: nil)
    }
  }

  private func tell(_ delivery: Deliveries.Delivery, _ verdict: Deliveries.Verdict) {
    let kind = delivery.receiver.kind
    func report(_ attempts: Int, _ outcome: NotificationReport.Outcome) {
      self.report(
        NotificationReport(
          notification: delivery.notification, receiver: delivery.receiver.name, attempts: attempts,
          outcome: outcome))
    }
    switch verdict {
    case .delivered(let attempts):
      metrics.count(kind, .delivered)
      report(attempts, .delivered)
    case .gaveUp(let attempts, let reason):
      metrics.count(kind, .gaveUp)
      report(attempts, .gaveUp(reason))
      log(.warning, "a notification was given up", delivery, reason)
    case .again(let attempts, let reason, _):
      metrics.count(kind, .failed)
      if attempts == 1 { report(attempts, .delayed(reason)) }
      log(.debug, "a notification is tried again", delivery, reason)
    case .unknown:
      break
    }
  }

  private func log(
    _ level: Logger.Level, _ message: Logger.Message, _ delivery: Deliveries.Delivery, _ reason: String
  ) {
    logger.log(
      level: level, message,
      metadata: [
        "build": "\(delivery.notification.namespace)/\(delivery.notification.build)",
        "receiver": "\(delivery.receiver.name)", "reason": "\(reason)",
      ])
  }

  /// For the log.
  var description: String { "notifier" }
}
