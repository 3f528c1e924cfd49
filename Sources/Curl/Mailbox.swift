import Synchronization

/// How other threads reach libcurl's thread.
final class Mailbox: Sendable {
  enum Command: Sendable {
    case start(Exchange)
    case cancel(Exchange)
    /// The reader has caught up with a paused stream.
    case resume(Exchange)
    /// The reader bears another silence from now on.
    case bear(Exchange, silence: Duration)
    case stop
  }

  private struct State {
    var commands: [Command] = []
    /// Nil before the thread has begun and after it has ended.
    var waker: MultiHandle.Waker?
    var isClosed = false
    var isDoubtful = false
  }

  private let state = Mutex(State())

  /// Hands over a command.
  ///
  /// - Returns: false when nobody will take it any more.
  func post(_ command: Command) -> Bool {
    state.withLock { state in
      guard !state.isClosed else { return false }
      state.commands.append(command)
      // Who finds a command there knows that its sender has called already. Called inside of the lock, as `close`
      // takes the waker away under it, before the multi handle goes.
      if state.commands.count == 1 { state.waker?.wake() }
      return true
    }
  }

  /// Whether a connection of the thread's may hang.
  var isDoubtful: Bool { state.withLock { $0.isDoubtful } }

  // MARK: - The thread's side

  /// A request has had no answer in its time.
  func doubt() {
    state.withLock { $0.isDoubtful = true }
  }

  /// Lets senders wake the thread up from now on.
  func open(_ waker: MultiHandle.Waker) {
    state.withLock { $0.waker = waker }
  }

  func take() -> [Command] {
    state.withLock { state in
      defer { state.commands = [] }
      return state.commands
    }
  }

  /// Takes no more commands.
  ///
  /// - Returns: those that are still there.
  func close() -> [Command] {
    state.withLock { state in
      state.isClosed = true
      state.waker = nil
      defer { state.commands = [] }
      return state.commands
    }
  }
}
