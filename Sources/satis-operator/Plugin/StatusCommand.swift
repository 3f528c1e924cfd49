import ArgumentParser
import KubernetesClient
import SatisAPI
import SatisPlugin

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Shows repositories, or one of them with its queue and its last builds.",
    discussion: """
        kubectl satis status                   all repositories of the namespace
        kubectl satis status packages          one, with its builds
        kubectl satis status --watch           and a line for each change
        kubectl satis status packages -o json  the repository, then its builds
      """
  )

  @Argument(help: "The SatisRepository. Default: all, one a line.")
  var repository: String?

  @Flag(name: .shortAndLong, help: "Go on with a line for each change.")
  var watch = false

  @OptionGroup var options: ClusterOptions
  @OptionGroup var format: FormatOption

  func validate() throws {
    guard !watch || format.output == nil else {
      throw ValidationError("--watch prints lines; for objects, use `kubectl get satisrepositories --watch`")
    }
  }

  func run() async throws {
    try await options.withCluster { cluster in
      if watch {
        try await follow(in: cluster)
      } else if let repository {
        try await describe(repository, in: cluster)
      } else {
        try await list(in: cluster)
      }
    }
  }

  /// Goes on until the process is ended.
  private func follow(in cluster: PluginCluster) async throws {
    let name = repository.map(ObjectName.plain)
    // To a watch, a name that is not there is one that may come.
    if let name { _ = try await cluster.repository(name) }
    let selector = name.map { "metadata.name=\($0)" }
    try await cluster.watching(SatisRepository.self, fieldSelector: selector) { updates in
      var changes = RepositoryChanges()
      for await update in updates {
        for line in changes.lines(for: update, now: currentTime()) { Output.result(line) }
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
