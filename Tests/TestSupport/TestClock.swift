public import KubernetesClient
import Synchronization

/// The wall clock, which a test puts forward instead of waiting.
public final class TestClock: Sendable {
  private let offset = Mutex<Int64>(0)

  /// A clock that is right.
  public init() {}

  /// Its time.
  public func now() -> Timestamp { wallClock() + offset.withLock { $0 } }

  /// Puts it forward.
  public func advance(seconds: Int64) {
    offset.withLock { $0 += seconds }
  }
}
