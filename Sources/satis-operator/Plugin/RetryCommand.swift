import ArgumentParser
import KubernetesClient
import SatisAPI
import SatisPlugin

struct RetryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retry",
    abstract: "Asks once more for what a build was to do.",
    discussion: """
      Creates another SatisBuild, since each ends only once. One that has succeeded, has not ended yet, or has another \
      one that does the same is not repeated without --force.

        kubectl satis retry packages-x7fk2n9d --wait
      """
  )

  @Argument(help: "The SatisBuild. Default: the one that was asked for last.")
  var build: String?

  @Flag(help: "Repeat a build that needs no repetition.")
  var force = false

  @OptionGroup var filter: RepositoryFilter
  @OptionGroup var options: ClusterOptions
  @OptionGroup var afterwards: WaitOptions

  func run() async throws {
    try await options.withCluster { cluster in
      let request = try BuildRequest(
        again: try await cluster.build(build, of: filter.repository),
        actor: cluster.client.configuration.user,
        isForced: force)
      try await afterwards.create(request, in: cluster)
    }
  }
}
