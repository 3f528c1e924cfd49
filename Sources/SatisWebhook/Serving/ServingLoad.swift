import Synchronization

/// What the calls that are on their way take up together.
final class ServingLoad: Sendable {
  private struct State {
    var requests = 0
    var bodyBytes = 0
  }

  private let limits: ServingLimits
  private let metrics: WebhookMetrics
  private let state = Mutex(State())

  init(limits: ServingLimits, metrics: WebhookMetrics) {
    self.limits = limits
    self.metrics = metrics
  }

  /// Refuses a call that would be refused when its body is there.
  ///
  /// A call whose body comes slowly takes no place from others, so the limit counts those alone that are at work.
  ///
  /// - Throws: `Refusal.overloaded`.
  func checkRoom() throws(Refusal) {
    guard state.withLock({ $0.requests < limits.requests }) else { throw full() }
  }

  /// Does the work of a call.
  ///
  /// - Throws: `Refusal.overloaded` when too many others are at work.
  func work<Result>(_ body: () async -> Result) async throws(Refusal) -> Result {
    let hasRoom = state.withLock { state in
      guard state.requests < limits.requests else { return false }
      state.requests += 1
      return true
    }
    guard hasRoom else { throw full() }
    metrics.inFlight(changesBy: 1)
    defer {
      state.withLock { $0.requests -= 1 }
      metrics.inFlight(changesBy: -1)
    }
    return await body()
  }

  /// Makes room for more bytes of a body.
  ///
  /// A quarter of the room is for small bodies alone, so that a few large ones do not keep all others out.
  ///
  /// - Parameter size: how long the body is with them.
  /// - Throws: `Refusal.overloaded` when there is none.
  func keep(_ bytes: Int, ofBodyWith size: Int) throws(Refusal) {
    let limit =
      size <= ServingLimits.smallBodyBytes ? limits.bodyBytes : limits.bodyBytes - limits.bodyBytes / 4
    let hasRoom = state.withLock { state in
      guard state.bodyBytes + bytes <= limit else { return false }
      state.bodyBytes += bytes
      return true
    }
    guard hasRoom else {
      metrics.pressed(.bodyBytes)
      throw .overloaded("the bodies of all calls together have more than \(limits.bodyBytes) bytes")
    }
  }

  /// The bytes are no longer kept.
  func drop(_ bytes: Int) {
    state.withLock { $0.bodyBytes -= bytes }
  }

  private func full() -> Refusal {
    metrics.pressed(.requests)
    return .overloaded("\(limits.requests) other calls are at the API server")
  }
}
