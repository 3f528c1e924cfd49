import DequeModule
import Synchronization

/// Lets a few in at a time; the others wait, in the order in which they came.
///
/// Who is cancelled waits as well: those before it come out soon, as they are cancelled with it.
final class Turnstile: Sendable {
  private struct State {
    var free: Int
    var waiting: Deque<CheckedContinuation<Void, Never>> = []
  }

  private let state: Mutex<State>

  /// - Parameter width: how many may be in at the same time; at least one.
  init(width: Int) {
    state = Mutex(State(free: width))
  }

  /// How many wait.
  var waiting: Int { state.withLock { $0.waiting.count } }

  /// Goes in when there is room, and out when the body has ended.
  func pass<Value, Failure: Error>(
    _ body: () async throws(Failure) -> Value
  ) async throws(Failure) -> Value {
    await enter()
    defer { leave() }
    return try await body()
  }

  private func enter() async {
    await withCheckedContinuation { continuation in
      let hasRoom = state.withLock { state in
        guard state.free == 0 else {
          state.free -= 1
          return true
        }
        state.waiting.append(continuation)
        return false
      }
      if hasRoom { continuation.resume() }
    }
  }

  private func leave() {
    let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
      // The room of who goes out is that of who comes in.
      if let next = state.waiting.popFirst() { return next }
      state.free += 1
      return nil
    }
    next?.resume()
  }
}
