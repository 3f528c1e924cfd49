import KubernetesClient
import SatisAPI

/// Prints what build pods print.
struct LogPrinter: Sendable {
  let cluster: PluginCluster

  /// Prints the logs of Jobs, one after the other, each until it has ended.
  ///
  /// A log that cannot be read is no reason not to wait for the build.
  func follow(_ jobs: AsyncStream<String>) async {
    var last: String?
    for await job in jobs where job != last {
      last = job
      do {
        let pod = try await startedPod(of: job)
        try await print(pod, follows: true)
      } catch {
        if !Task.isCancelled {
          Output.note("the log of Job \(job) cannot be shown: \(RedactedText("\(error)"))")
        }
      }
    }
  }

  /// Prints the log of a pod.
  func print(_ pod: String, follows: Bool) async throws {
    try await cluster.client.log(
      of: cluster.key(pod), container: ResourceNames.buildContainer, follows: follows
    ) { Output.raw($0) }
  }

  private func startedPod(of job: String) async throws -> String {
    try await cluster.watching(Pod.self, labelSelector: "job-name=\(job)") { updates in
      for await update in updates {
        let pods: [Pod] =
          switch update {
          case .applied(let pod): [pod]
          case .replaced(let pods, _): pods
          case .deleted, .unreadable: []
          }
        if let pod = pods.first(where: \.hasLog) { return pod.metadata.name }
      }
      throw CancellationError()
    }
  }
}

extension Pod {
  /// Whether the container that runs Satis has begun; before, the server refuses to give its log.
  fileprivate var hasLog: Bool {
    let state = status?.containerStatuses?.first { $0.name == ResourceNames.buildContainer }?.state
    return isFinished || state?.running != nil || state?.terminated != nil
  }
}
