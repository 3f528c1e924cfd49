import KubernetesClient
public import SatisAPI

extension [SatisBuild] {
  /// The builds, the one that was asked for last first.
  public var newestFirst: [SatisBuild] {
    sorted { ($0.created, $0.metadata.name) > ($1.created, $1.metadata.name) }
  }

  /// The builds that have not ended: those that run first, then in the order of the queue.
  public var unfinished: [SatisBuild] {
    filter { $0.status?.isFinished != true }.sorted {
      ($0.reason == .running ? 0 : 1, $0.queued, $0.metadata.name)
        < ($1.reason == .running ? 0 : 1, $1.queued, $1.metadata.name)
    }
  }

  /// The builds that have ended, the last one first.
  public var finished: [SatisBuild] {
    filter { $0.status?.isFinished == true }.sorted {
      ($0.status?.completionTime?.seconds ?? 0, $0.metadata.name)
        > ($1.status?.completionTime?.seconds ?? 0, $1.metadata.name)
    }
  }
}

extension SatisBuild {
  fileprivate var created: Int64 { metadata.creationTimestamp?.seconds ?? 0 }
  fileprivate var queued: Int64 { status?.queuedTime?.seconds ?? created }
}
