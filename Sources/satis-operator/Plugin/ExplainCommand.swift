import ArgumentParser
import KubernetesClient
import SatisAPI
import SatisPlugin

struct ExplainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Tells the story of a build: who asked, what happened, why it failed, what to do.",
    discussion: """
      Reads the SatisBuild, its SatisRepository, and the builds with which it shared a Job. Every reason for which a \
      build can fail has its own advice, with commands to paste.

        kubectl satis explain                        the build that was asked for last
        kubectl satis explain packages-4f1c29be07d1a2c6
      """
  )

  @Argument(help: "The SatisBuild. Default: the one that was asked for last.")
  var build: String?

  @OptionGroup var filter: RepositoryFilter
  @OptionGroup var options: ClusterOptions
  @OptionGroup var format: FormatOption

  func run() async throws {
    let story = try await options.withCluster { cluster in
      let build = try await cluster.build(build, of: filter.repository)
      let name = build.spec.repositoryRef.name
      let repository = try await Self.repository(name, in: cluster)
      return Story(
        of: build, repository: repository.object, isRepositoryHidden: repository.isHidden,
        others: try await cluster.builds(of: name), at: currentTime())
    }
    Output.result(try format.output.map { try $0.text(of: JSONValue(encoding: story)) } ?? "\(story)")
  }

  /// The repository; nil where there is none, or where the user may not see it: a build tells most by itself.
  private static func repository(
    _ name: String, in cluster: PluginCluster
  ) async throws -> (object: SatisRepository?, isHidden: Bool) {
    do throws(KubernetesError) {
      return (try await cluster.client.get(SatisRepository.self, cluster.key(name)), false)
    } catch {
      if error.isNotFound { return (nil, false) }
      guard error.isForbidden else { throw error }
      Output.note("SatisRepository '\(name)' cannot be seen, so that the story is told without it")
      return (nil, true)
    }
  }
}
