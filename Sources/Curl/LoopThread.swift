import CCurl
import Glibc
import Synchronization

/// A thread that can be waited for.
final class LoopThread: Sendable {
  private struct State {
    /// Nil once somebody has joined it.
    var thread: pthread_t?
    var isOver = false
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())
  private let body: @Sendable () -> Void

  /// Starts a thread.
  init(_ body: @escaping @Sendable () -> Void) throws(CurlError) {
    self.body = body
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self)
    let code = pthread_create(
      &thread, nil,
      { context in
        if let context { Unmanaged<LoopThread>.fromOpaque(context).takeRetainedValue().run() }
        return nil
      }, context.toOpaque())
    guard code == 0 else {
      context.release()
      throw CurlError(
        phase: .configuration, code: Int32(CURLE_FAILED_INIT.rawValue), url: "",
        message: "The thread of libcurl cannot be started (\(String(cString: strerror(code)))). "
          + "Check the limits on processes and memory.")
    }
    state.withLock { $0.thread = thread }
  }

  private func run() {
    Self.blockBrokenPipe()
    body()
    let waiters = state.withLock { state in
      state.isOver = true
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.resume() }
  }

  /// Keeps a write to a closed connection from raising SIGPIPE, which would end the process.
  ///
  /// Blocked in this thread, which does all writing, and not ignored in the process: programs started by it would
  /// inherit that.
  private static func blockBrokenPipe() {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
  }

  /// Waits for the thread's end without holding up the caller's thread.
  func waitUntilOver() async {
    await withCheckedContinuation { waiter in
      let isOver = state.withLock { state in
        if !state.isOver { state.waiters.append(waiter) }
        return state.isOver
      }
      if isOver { waiter.resume() }
    }
    join()
  }

  /// Waits for the thread's end; the first call counts.
  func join() {
    let thread = state.withLock { state in
      defer { state.thread = nil }
      return state.thread
    }
    guard let thread else { return }
    if pthread_equal(thread, pthread_self()) != 0 {
      // A thread cannot wait for itself; what it holds is freed when it ends.
      pthread_detach(thread)
    } else {
      pthread_join(thread, nil)
    }
  }
}
