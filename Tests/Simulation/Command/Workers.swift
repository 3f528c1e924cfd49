import Dispatch
import Glibc
import Synchronization

/// Runs of many seeds on all cores; each run stays on one thread.
enum Workers {
  /// Calls `body` for each number until one call says that this is enough.
  ///
  /// - Parameter body: it may be called from several threads at once.
  static func run(_ numbers: ClosedRange<UInt64>, _ body: @Sendable (UInt64) -> Bool) {
    let next = Mutex(numbers.lowerBound)
    let cores = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    DispatchQueue.concurrentPerform(iterations: cores) { _ in
      while true {
        let number = next.withLock { next in
          defer { next += 1 }
          return next
        }
        guard number <= numbers.upperBound else { return }
        if !body(number) { next.withLock { $0 = numbers.upperBound + 1 } }
      }
    }
  }
}
