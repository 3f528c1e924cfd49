/// Why a leader may not lead any more.
///
/// The process ends: what it had begun may be out of date, and another one has taken over or soon will.
public struct LeaseLost: Error, Hashable, CustomStringConvertible {
  /// How it came.
  public enum Cause: Hashable, Sendable {
    /// It could not be renewed in time, or the process stood still for too long.
    case notRenewed
    /// Somebody else holds it.
    case taken(by: String)
  }

  /// The lease, as `namespace/name`.
  public var lease: String
  /// How it came.
  public var cause: Cause

  /// The text for messages.
  public var description: String {
    switch cause {
    case .notRenewed:
      "the lease \(lease) was not renewed in time, so another process may lead by now; this one ends and has to be "
        + "started again"
    case .taken(let holder):
      "the lease \(lease) is held by \(holder) now; this process ends and has to be started again"
    }
  }
}
