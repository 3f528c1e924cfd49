import ArgumentParser

/// The operator's command line: one executable for every part of it.
struct SatisOperator: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "satis-operator",
    abstract: "Rebuilds private Composer repositories when somebody pushes.",
    discussion: """
      The webhook service turns a git host's request into a SatisBuild; the controller runs Satis for it as a Job \
      and reports in its status. See `kubectl explain satisrepository.spec` for what can be configured.

      Linked or copied as kubectl-satis, somewhere in PATH, it is a plugin of kubectl: `kubectl satis`. Without a link \
      `satis-operator kubectl` is the same.
      """,
    version: Version.current,
    subcommands: [ControllerCommand.self, WebhookCommand.self, VersionCommand.self]
  )
}

/// The version of this build.
enum Version {
  /// Semantic version, the tag of the image as well.
  static let current = "0.1.0"
  /// How requests to the API server name the program.
  static let userAgent = "satis-operator/\(current)"
}

struct VersionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "version", abstract: "Prints the version.")

  func run() {
    print(Version.current)
  }
}
