import ArgumentParser
import KubernetesClient
import SatisAPI
import SatisPlugin

struct BuildCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "build",
    abstract: "Asks for a build of a package, of a source, or of everything.",
    discussion: """
      Creates a SatisBuild. A package is named as in satis.json's entry of it, a source by its URL in any spelling.

        kubectl satis build                    everything
        kubectl satis build acme/lib --wait    one package, until it has ended
        kubectl satis build https://git.example.org/acme/lib.git --logs
        kubectl satis build --rollback --release 20260801T120000Z
      """
  )

  @Argument(help: ArgumentHelp("The package or URL. Default: everything.", valueName: "source"))
  var source: String?

  @Flag(help: "A branch or tag of it was deleted: let its versions go, too.")
  var prune = false

  @Flag(help: "Delete the archives that no version refers to any more, instead of building.")
  var purge = false

  @Flag(help: "Serve an earlier release again, instead of building.")
  var rollback = false

  @Option(help: "The release to go back to. Default: the one before.")
  var release: String?

  @OptionGroup var chosen: RepositoryOption
  @OptionGroup var options: ClusterOptions
  @OptionGroup var afterwards: WaitOptions

  private var operation: SatisBuild.Operation {
    if purge { .purge } else { rollback ? .rollback : .build }
  }

  func validate() throws {
    guard !purge || !rollback else { throw ValidationError("--purge and --rollback are two builds") }
    guard operation == .build || source == nil else {
      throw ValidationError("a purge and a rollback are of the whole repository; leave '\(source ?? "")' out")
    }
    guard release == nil || rollback else { throw ValidationError("--release is for --rollback") }
    guard !prune || source != nil else {
      throw ValidationError("--prune is for a package or URL; a build of everything does so by itself")
    }
  }

  func run() async throws {
    let source = try source.map { try RequestedSource.source($0, prune: prune) }
    try await options.withCluster { cluster in
      let name = try await chosenRepository(for: source, in: cluster)
      let request = BuildRequest(
        repository: name, operation: operation, source: source, release: release,
        actor: cluster.client.configuration.user)
      try await afterwards.create(request, in: cluster)
    }
  }

  /// The name of the repository, which lists the source as far as the user may see that.
  private func chosenRepository(
    for source: SatisBuild.Source?, in cluster: PluginCluster
  ) async throws -> String {
    var known = chosen.repository.map(ObjectName.plain)
    do {
      let repository = try await cluster.repository(known)
      known = repository.metadata.name
      if let source { try await check(source, in: repository, cluster) }
      return repository.metadata.name
    } catch let error as KubernetesError {
      // Who may create builds need not see repositories and what they are configured by; the controller looks again.
      guard error.isForbidden, let known else { throw error }
      return known
    }
  }

  private func check(
    _ source: SatisBuild.Source, in repository: SatisRepository, _ cluster: PluginCluster
  ) async throws {
    switch try await ConfigurationLoader(reader: cluster.client).load(repository) {
    case .success(let configuration):
      try RequestedSource.check(source, in: configuration, of: repository.metadata.name)
    case .failure(let problem) where problem.isMissing:
      Output.note("the build will wait: \(problem.message)")
    case .failure(let problem):
      throw PluginFailure(.failed, "nothing is built: \(problem.message)")
    }
  }
}
