import Foundation
import Synchronization

/// Lets a test wait for values that a server's script sends.
struct Signal<Value: Sendable>: Sendable {
  private let stream: AsyncStream<Value>
  private let continuation: AsyncStream<Value>.Continuation

  init() {
    (stream, continuation) = AsyncStream.makeStream()
  }

  func send(_ value: Value) { continuation.yield(value) }

  /// The next value; nil when the task was cancelled.
  func next() async -> Value? {
    var iterator = stream.makeAsyncIterator()
    return await iterator.next()
  }
}

extension Signal<Void> {
  func send() { send(()) }
}

/// Lets a server's script wait until the test lets it pass.
struct Gate: Sendable {
  private let semaphore = DispatchSemaphore(value: 0)

  /// Lets one script pass.
  func open() { semaphore.signal() }

  /// Waits; not for ever, so that a failed test ends.
  func pass() { _ = semaphore.wait(timeout: .now() + 50) }
}

/// Holds threads back until enough of them are there.
final class Barrier: Sendable {
  private let condition = NSCondition()
  private let missing: Mutex<Int>

  init(_ count: Int) {
    missing = Mutex(count)
  }

  func wait() {
    condition.lock()
    defer { condition.unlock() }
    missing.withLock { $0 -= 1 }
    condition.broadcast()
    while missing.withLock({ $0 > 0 }), condition.wait(until: .now + 50) {}
  }
}
