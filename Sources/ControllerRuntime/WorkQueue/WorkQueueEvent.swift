/// What a queue tells while it works, for metrics.
public enum WorkQueueEvent: Sendable, Equatable {
  /// Work on a key has begun, after the key had waited for so long.
  case began(afterWaiting: Duration)
  /// Work on a key has ended, after so long.
  case ended(after: Duration, WorkOutcome)
}

/// How a queue stands.
public struct WorkQueueStatistics: Sendable, Hashable {
  /// Keys that wait for a worker.
  public var depth: Int
  /// Keys that were added since the queue exists, without those that waited already.
  public var adds: Int
  /// Keys that came back by themselves since the queue exists, after a failure or a delay.
  public var retries: Int
  /// For how long each key has been worked on that still is.
  public var unfinished: [Duration]
}
