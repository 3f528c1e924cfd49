import ArgumentParser
import KubernetesClient
import SatisAPI
import SatisPlugin

/// What happens after a build was asked for.
struct WaitOptions: ParsableArguments {
  @Flag(help: "Wait until the build has ended, and tell how it is doing on standard error.")
  var wait = false

  @Flag(help: "Wait, and print what Satis prints meanwhile.")
  var logs = false

  @Option(help: "How long to wait, such as 90s, 10m or 1h. Default: until the build has ended.")
  var timeout: DurationText?

  @OptionGroup var format: FormatOption

  private var waits: Bool { wait || logs }

  func validate() throws {
    guard timeout == nil || waits else { throw ValidationError("--timeout is for --wait and --logs") }
    guard !logs || format.output == nil else {
      throw ValidationError("--logs and --output would both print to standard output; leave one out")
    }
  }

  /// Creates the build that is asked for and, if that is wanted, waits for its end.
  ///
  /// - Throws: also `ExitCode` when it did not succeed.
  func create(_ request: BuildRequest, in cluster: PluginCluster) async throws {
    var generator = SystemRandomNumberGenerator()
    let created = try await cluster.client.create(
      request.build(in: cluster.namespace, using: &generator))
    guard waits else { return try tell(created) }
    if format.output == nil { try tell(created) }
    let follower = BuildFollower(cluster: cluster, printsLog: logs, timeout: timeout?.seconds ?? 0)
    let ended = try await follower.follow(created.metadata.name)
    if format.output != nil { try tell(ended) }
    guard ended.exit == .success else { throw ExitCode(ended.exit.rawValue) }
  }

  private func tell(_ build: SatisBuild) throws {
    Output.result(try format.output?.text(of: JSONValue(document: build)) ?? "\(build.shortName) created")
  }
}

extension SatisBuild {
  /// The build as kubectl names it in messages, which it takes as an argument as well.
  var shortName: String { "satisbuild.satis.dev/\(metadata.name)" }
}
