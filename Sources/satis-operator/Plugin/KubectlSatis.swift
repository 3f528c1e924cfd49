import ArgumentParser

/// The same executable under the name `kubectl-satis`, by which kubectl finds it as a plugin: `kubectl satis …`.
struct KubectlSatis: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kubectl satis",
    abstract: "Builds Composer repositories, shows how builds are doing and why they failed.",
    version: Version.current,
    subcommands: []
  )

  /// The name of the executable, or of a link to it, that makes it the plugin.
  static let executable = "kubectl-satis"
}
