import ArgumentParser
import KubernetesClient
import SatisAPI
import SatisPlugin

struct CancelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel",
    abstract: "Ends builds that wait or run, in an orderly way.",
    discussion: """
      What is served stays as it was. A Job that works for other builds as well goes on for those.

        kubectl satis cancel packages-x7fk2n9d
        kubectl satis cancel --waiting -r packages   all that do not run yet
      """
  )

  @Argument(help: "The SatisBuilds.")
  var build: [String] = []

  @Flag(help: "All builds of the repository that no Job works on.")
  var waiting = false

  @OptionGroup var repository: RepositoryOption
  @OptionGroup var options: ClusterOptions

  func validate() throws {
    guard build.isEmpty == waiting else {
      throw ValidationError("name the builds to cancel, or all that wait by --waiting")
    }
  }

  func run() async throws {
    try await options.withCluster { cluster in
      let builds = try await builds(in: cluster)
      if builds.isEmpty { Output.note("no build waits") }
      var refusals = 0
      for build in builds {
        if let refusal = Cancelling.refusal(of: build) {
          Output.note("error: \(refusal)")
          refusals += 1
        } else {
          _ = try await cluster.client.mergePatch(
            SatisBuild.self, build.key, patch: Cancelling.patch, resourceVersion: nil)
          Output.result("\(build.shortName) cancelled")
        }
      }
      guard refusals == 0 else { throw ExitCode(PluginExit.failed.rawValue) }
    }
  }

  private func builds(in cluster: PluginCluster) async throws -> [SatisBuild] {
    guard !waiting else {
      let owner = try await cluster.repository(repository.repository)
      return Cancelling.waiting(try await cluster.builds(of: owner.metadata.name)).unfinished
    }
    var builds: [SatisBuild] = []
    for name in build {
      builds.append(try await cluster.build(name, of: nil))
    }
    return builds
  }
}
