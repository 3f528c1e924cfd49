import Foundation
import Synchronization
import TestSupport

/// Holds the stand-in half-way through its writing, by a named pipe in Composer's cache.
final class Gate: Sendable {
  private let path: String
  /// The descriptor that keeps Satis waiting; negative when there is none.
  private let writer = Mutex<Int32>(-1)

  /// Closes the gate for the runs of Satis that come.
  init(in cache: URL) throws {
    path = cache.appending(path: "standin-hold").path
    unlink(path)
    guard mkfifo(path, 0o644) == 0 else {
      throw TestFailure("the named pipe \(path) cannot be made: \(String(cString: strerror(errno)))")
    }
  }

  deinit {
    letHeldGo()
  }

  /// Returns when Satis waits at the gate.
  func waitUntilReached() async throws {
    let path = path
    let descriptor = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        // Blocks until somebody reads.
        Thread.detachNewThread { continuation.resume(returning: Glibc.open(path, O_WRONLY | O_CLOEXEC)) }
      }
    } onCancel: {
      // A reader of our own frees that thread; it stays, as the thread may come later.
      _ = Glibc.open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    }
    writer.withLock { $0 = descriptor }
    try Task.checkCancellation()
  }

  /// Lets those pass that have not reached the gate.
  func letOthersPass() {
    unlink(path)
  }

  /// Lets the one go on that waits.
  func letHeldGo() {
    writer.withLock { descriptor in
      if descriptor >= 0 { close(descriptor) }
      descriptor = -1
    }
  }

  /// Opens the gate for all.
  func open() {
    letOthersPass()
    letHeldGo()
  }
}
