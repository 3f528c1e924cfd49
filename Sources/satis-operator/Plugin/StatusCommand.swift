import ArgumentParser
import KubernetesClient
import SatisAPI
import SatisPlugin

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Shows repositories, or one of them with its queue and its last builds.",
    discussion: """
        kubectl satis status                         all repositories of the namespace
        kubectl satis status packages                one, with its builds
        kubectl satis status packages -o json        the objects: the repository, then its builds
      """
  )

  @Argument(help: "The SatisRepository. Default: all, one a line.")
  var repository: String?

  @OptionGroup var options: ClusterOptions
  @OptionGroup var format: FormatOption

  func run() async throws {
    try await options.withCluster { cluster in
      if let repository {
        try await describe(repository, in: cluster)
      } else {
        try await list(in: cluster)
      }
    }
  }

  private func list(in cluster: PluginCluster) async throws {
    let repositories = try await cluster.repositories()
    if let output = format.output {
      Output.result(try output.text(of: .list(repositories.map(JSONValue.init(document:)))))
    } else if repositories.isEmpty {
      Output.note("there is no SatisRepository in the namespace '\(cluster.namespace)'")
    } else {
      Output.result("\(RepositoryOverview(repositories, now: currentTime()))")
    }
  }

  private func describe(_ name: String, in cluster: PluginCluster) async throws {
    let repository = try await cluster.repository(name)
    let builds = try await cluster.builds(of: repository.metadata.name)
    if let output = format.output {
      let objects =
        [try JSONValue(document: repository)] + (try builds.newestFirst.map(JSONValue.init(document:)))
      Output.result(try output.text(of: .list(objects)))
    } else {
      Output.result("\(RepositoryDescription(repository, builds: builds, now: currentTime()))")
    }
  }
}
