public import KubernetesClient
public import Logging
public import ServiceLifecycle
import Synchronization

/// Tells people what happens to their objects, by events (`events.k8s.io/v1`).
///
/// Nothing waits for it and nothing depends on it: what cannot be written is dropped.
public final class EventRecorder: Service, CustomStringConvertible {
  private struct State {
    var series: EventSeries
    var isClosed = false
  }

  private let manifest: EventManifest
  private let writer: any EventWriter
  private let patience: @Sendable () async -> Void
  private let now: @Sendable () -> MicroTime
  private let logger: Logger
  private let state: Mutex<State>
  private let changed = Signal()
  private let closed = AsyncStream<Never>.makeStream()

  /// Creates a recorder, which writes while it is run.
  ///
  /// - Parameters:
  ///   - controller: the controller's name, qualified by a domain, as in `satis.dev/satis-operator`.
  ///   - instance: which of its processes this is; a pod's name.
  ///   - flushLimit: how long the end of `run` may be delayed by what is not written yet.
  ///   - now: the wall clock.
  public convenience init(
    client: KubernetesClient, controller: String, instance: String, flushLimit: Duration = .seconds(5),
    logger: Logger, now: @escaping @Sendable () -> MicroTime
  ) {
    self.init(
      writer: ClusterEventWriter(client: client), controller: controller, instance: instance,
      patience: { try? await Task.sleep(for: flushLimit) }, logger: logger, now: now)
  }

  /// - Parameter patience: returns when the end of `run` has been delayed for long enough.
  init(
    writer: any EventWriter, controller: String, instance: String, capacity: Int = 1_024,
    patience: @escaping @Sendable () async -> Void, logger: Logger, now: @escaping @Sendable () -> MicroTime
  ) {
    manifest = EventManifest(controller: controller, instance: instance)
    self.writer = writer
    self.patience = patience
    self.now = now
    self.logger = logger
    state = Mutex(State(series: EventSeries(capacity: capacity)))
  }

  /// Records that something happened to an object; returns at once.
  ///
  /// - Parameters:
  ///   - reason: why, in one word, as conditions have it; at most 128 bytes.
  ///   - action: what the controller did or tried, in one word; at most 128 bytes.
  ///   - note: a sentence without credentials; at most 1,024 bytes, the rest is cut off.
  public func record(
    on object: ObjectReference, type: Event.Kind, reason: String, action: String, note: String
  ) {
    let occurrence = manifest.occurrence(on: object, type: type, reason: reason, action: action, note: note)
    let now = now()
    state.withLock { $0.series.record(occurrence, at: now) }
    changed.send()
  }

  /// Writes events until graceful shutdown, after which what is left is written within a limit of time, or until
  /// cancellation, after which nothing is.
  public func run() async {
    await withGracefulShutdownHandler {
      await writeInTime()
    } onGracefulShutdown: {
      self.close()
    }
    guard !Task.isCancelled else { return }
    let dropped = state.withLock { $0.series.dropped }
    if dropped > 0 { logger.debug("events were dropped", metadata: ["count": "\(dropped)"]) }
  }

  /// Ends `run` when what is left has been written, or after the limit.
  func close() {
    state.withLock { $0.isClosed = true }
    changed.send()
    closed.continuation.finish()
  }

  /// The limit counts from the close on, so that a write that is under way by then is within it.
  private func writeInTime() async {
    await withTaskGroup { group in
      group.addTask { await self.writeAll() }
      group.addTask {
        for await _ in self.closed.stream {}
        await self.patience()
      }
      await group.next()
      group.cancelAll()
    }
  }

  private func writeAll() async {
    while !Task.isCancelled {
      let now = now()
      let (turn, isClosed) = state.withLock { state in
        (state.series.next(at: now, flushes: state.isClosed), state.isClosed)
      }
      switch turn {
      case .write(let write): await perform(write)
      case .wait where isClosed: return
      case .wait(let time):
        let clock = ContinuousClock()
        await changed.wait(until: time.map { clock.now.advanced(by: $0 - now) }, clock: clock)
      }
    }
  }

  private func perform(_ write: EventSeries.Write) async {
    let outcome: EventSeries.Outcome
    do throws(KubernetesError) {
      if let series = write.series {
        try await writer.patch(
          manifest.key(write),
          [
            "series": [
              "count": .integer(Int64(series.count)),
              "lastObservedTime": .string(series.lastObservedTime.description),
            ]
          ])
      } else {
        try await writer.create(manifest.event(write))
      }
      outcome = .written
    } catch {
      logger.debug(
        "an event could not be written",
        metadata: ["reason": "\(write.occurrence.reason)", "error": "\(error)"])
      outcome = write.series == nil || error.isNotFound ? .missing : .outdated
    }
    let now = now()
    state.withLock { $0.series.done(write, outcome, at: now) }
  }

  /// For the log.
  public var description: String { "event recorder" }
}
