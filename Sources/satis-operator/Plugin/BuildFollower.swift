import KubernetesClient
import SatisAPI
import SatisPlugin

/// Waits for the end of a build, tells how it is doing, and prints its log meanwhile.
struct BuildFollower: Sendable {
  let cluster: PluginCluster
  var tellsProgress = true
  var printsLog = false
  /// Seconds; 0 for no limit.
  var timeout: Int64 = 0

  /// How long the rest of a log is waited for when its build has ended.
  private static let patience: Duration = .seconds(5)

  private enum Event: Sendable {
    case ended(SatisBuild)
    case logEnded
    case timedOut
  }

  /// Returns the build when it has ended, or the one that stood for it.
  ///
  /// - Throws: `PluginFailure` when the limit of time has passed, or when the build is gone.
  func follow(_ name: String) async throws -> SatisBuild {
    let (jobs, continuation) = AsyncStream<String>.makeStream()
    return try await withThrowingTaskGroup(of: Event.self) { group in
      group.addTask {
        defer { continuation.finish() }
        return .ended(try await end(of: name) { continuation.yield($0) })
      }
      if printsLog {
        group.addTask {
          await LogPrinter(cluster: cluster).follow(jobs)
          return .logEnded
        }
      }
      if timeout > 0 { group.addTask { try await pause(.seconds(timeout)) } }
      defer { group.cancelAll() }
      var ended: SatisBuild?
      var logHasEnded = !printsLog
      for try await event in group {
        switch event {
        case .ended(let build):
          ended = build
          if !logHasEnded { group.addTask { try await pause(Self.patience) } }
        case .logEnded:
          logHasEnded = true
        case .timedOut:
          guard ended != nil else {
            throw PluginFailure(.timedOut, "SatisBuild '\(name)' has not ended in time; it goes on")
          }
          logHasEnded = true
        }
        if let ended, logHasEnded { return ended }
      }
      throw CancellationError()
    }
  }

  private func pause(_ duration: Duration) async throws -> Event {
    try await Task.sleep(for: duration)
    return .timedOut
  }

  private func end(of name: String, job: @escaping @Sendable (String) -> Void) async throws -> SatisBuild {
    var wait = BuildWait(for: name)
    while true {
      wait = try await cluster.watching(SatisBuild.self, fieldSelector: "metadata.name=\(wait.name)") {
        [wait] updates in try await lookAtEach(of: updates, wait, job: job)
      }
      if case .ended(let build) = wait.step { return build }
    }
  }

  /// Goes on until the build has ended or another one stands for it.
  private func lookAtEach(
    of updates: AsyncStream<WatchUpdate<SatisBuild>>, _ wait: BuildWait, job: @Sendable (String) -> Void
  ) async throws -> BuildWait {
    var wait = wait
    for await update in updates {
      let build = try await build(wait.name, after: update)
      let line = try wait.look(at: build)
      if tellsProgress, let line { Output.note(line) }
      if let name = build?.status?.jobName { job(name) }
      if case .goOn = wait.step { continue }
      return wait
    }
    throw CancellationError()
  }

  private func build(_ name: String, after update: WatchUpdate<SatisBuild>) async throws -> SatisBuild? {
    switch update {
    case .applied(let build): return build
    case .replaced(let builds, _): if let build = builds.first { return build }
    case .deleted, .unreadable: break
    }
    // What a watch tells may be older than the build, so only the server itself can say that it is not there.
    do throws(KubernetesError) {
      return try await cluster.client.get(SatisBuild.self, cluster.key(name))
    } catch {
      guard error.isNotFound else { throw error }
      return nil
    }
  }
}
