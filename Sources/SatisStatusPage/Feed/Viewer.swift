import ControllerRuntime
import Synchronization

/// One open stream: what its browser still has to be told.
final class Viewer: Sendable {
  private struct State {
    var backlog = Backlog()
    var hasEnded = false
  }

  /// What a wait came to.
  enum Turn: Sendable {
    /// Something has changed, or, with nothing in it, it is time to say that nothing has.
    case tell(Backlog)
    /// Nothing more is to be said.
    case end
  }

  private let state = Mutex(State())
  private let signal = Signal()

  /// Notes changes.
  func note(_ change: (inout Backlog) -> Void) {
    state.withLock { change(&$0.backlog) }
    signal.send()
  }

  /// Ends the stream after what is being written.
  func end() {
    state.withLock { $0.hasEnded = true }
    signal.send()
  }

  /// Returns when there is something to tell, or at the time given.
  func next(until instant: ContinuousClock.Instant) async -> Turn {
    let isEmpty = state.withLock { $0.backlog.isEmpty && !$0.hasEnded }
    if isEmpty { await signal.wait(until: instant, clock: ContinuousClock()) }
    return state.withLock { state in
      if state.hasEnded || Task.isCancelled { return .end }
      defer { state.backlog = Backlog() }
      return .tell(state.backlog)
    }
  }
}

/// All open streams, of which there are no more than a limit.
final class Viewers: Sendable {
  private let limit: Int
  private let viewers = Mutex<[ObjectIdentifier: Viewer]>([:])

  init(limit: Int) {
    self.limit = limit
  }

  /// How many there are.
  var count: Int { viewers.withLock { $0.count } }

  /// - Returns: nil when there are too many.
  func open() -> Viewer? {
    viewers.withLock { viewers in
      guard viewers.count < limit else { return nil }
      let viewer = Viewer()
      viewers[ObjectIdentifier(viewer)] = viewer
      return viewer
    }
  }

  func close(_ viewer: Viewer) {
    viewers.withLock { $0[ObjectIdentifier(viewer)] = nil }
  }

  /// Notes changes for everybody.
  func note(_ change: (inout Backlog) -> Void) {
    for viewer in viewers.withLock({ Array($0.values) }) { viewer.note(change) }
  }
}
