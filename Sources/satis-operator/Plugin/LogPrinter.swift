import KubernetesClient
import SatisAPI

/// Prints what build pods print.
struct LogPrinter: Sendable {
  let cluster: PluginCluster

  /// A Job whose log is to be printed.
  private struct Attempt: Sendable {
    let job: String
    /// Lasts until another Job has come.
    let turn = AsyncStream<Never>.makeStream()
  }

  /// Prints the logs of Jobs, one after the other, each until it has ended.
  ///
  /// A Job whose pod has not started when another one comes is passed over: it was given up, and its pod will not
  /// come. A log that cannot be read is no reason not to wait for the build.
  func follow(_ jobs: AsyncStream<String>) async {
    let (attempts, continuation) = AsyncStream<Attempt>.makeStream()
    async let printing: Void = show(attempts)
    var last: Attempt?
    for await job in jobs where job != last?.job {
      last?.turn.continuation.finish()
      let attempt = Attempt(job: job)
      continuation.yield(attempt)
      last = attempt
    }
    continuation.finish()
    await printing
  }

  private func show(_ attempts: AsyncStream<Attempt>) async {
    for await attempt in attempts {
      do {
        guard let pod = try await startedPod(of: attempt) else { continue }
        try await print(pod, follows: true)
      } catch {
        if !Task.isCancelled {
          Output.note("the log of Job \(attempt.job) cannot be shown: \(RedactedText("\(error)"))")
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

  /// The name of an attempt's pod; nil when another Job has come before it started.
  private func startedPod(of attempt: Attempt) async throws -> String? {
    let look = AsyncStream<Never>.makeStream()
    return try await withThrowingTaskGroup(of: String?.self) { group in
      group.addTask { try await startedPod(of: attempt.job) { look.continuation.finish() } }
      group.addTask {
        // It may have started, and another one come, while the log before it was printed: there is one look.
        for await _ in look.stream {}
        for await _ in attempt.turn.stream {}
        return nil
      }
      defer { group.cancelAll() }
      return try await group.next() ?? nil
    }
  }

  /// - Parameter hasLooked: is told each time that there is no such pod.
  private func startedPod(
    of job: String, _ hasLooked: @escaping @Sendable () -> Void
  ) async throws -> String {
    try await cluster.watching(Pod.self, labelSelector: "job-name=\(job)") { updates in
      for await update in updates {
        let pods: [Pod] =
          switch update {
          case .applied(let pod): [pod]
          case .replaced(let pods, _): pods
          case .deleted, .unreadable: []
          }
        if let pod = pods.first(where: \.hasLog) { return pod.metadata.name }
        hasLooked()
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
