import ArgumentParser
import KubernetesClient
import SatisAPI
import SatisPlugin

struct LogsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logs",
    abstract: "Prints what Satis printed for a build.",
    discussion: """
      The log is that of the pod of the last attempt. When the pod is gone, the end of the log is printed, which the \
      build keeps.

        kubectl satis logs                     of the build that was asked for last
        kubectl satis logs --follow packages-x7fk2n9d
      """
  )

  @Argument(help: "The SatisBuild. Default: the one that was asked for last.")
  var build: String?

  @Flag(name: .shortAndLong, help: "Go on until the build has ended, over all its attempts.")
  var follow = false

  @OptionGroup var filter: RepositoryFilter
  @OptionGroup var options: ClusterOptions

  func run() async throws {
    try await options.withCluster { cluster in
      let found = try await cluster.build(build, of: filter.repository)
      if follow, found.status?.isFinished != true {
        _ = try await BuildFollower(cluster: cluster, tellsProgress: false, printsLog: true)
          .follow(found.metadata.name)
      } else {
        try await print(found, in: cluster)
      }
    }
  }

  private func print(_ build: SatisBuild, in cluster: PluginCluster) async throws {
    switch try BuildLog(of: build) {
    case .build(let other):
      Output.note("SatisBuild '\(other)' did what '\(build.metadata.name)' asked for; this is its log:")
      try await print(try await cluster.client.get(SatisBuild.self, cluster.key(other)), in: cluster)
    case .tail(let tail):
      printEnd(tail)
    case .pod(let pod, let tail):
      do {
        try await LogPrinter(cluster: cluster).print(pod, follows: false)
      } catch let error as KubernetesError {
        guard let tail else { throw error }
        Output.note(error.isNotFound ? "pod '\(pod)' is gone" : "error: \(RedactedText("\(error)"))")
        printEnd(tail)
      }
    }
  }

  private func printEnd(_ tail: String) {
    Output.note("the end of the log, as the build keeps it:")
    Output.result(tail)
  }
}
