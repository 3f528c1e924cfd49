import ArgumentParser
import KubernetesClient
import SatisAPI
import SatisPlugin

/// The same executable under the name `kubectl-satis`, by which kubectl finds it as a plugin: `kubectl satis …`.
struct KubectlSatis: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kubectl satis",
    abstract: "Builds Composer repositories, shows how builds are doing and why they failed.",
    discussion: """
      Works in the namespace of the kubeconfig's context, as kubectl does, and with the rights of its user.

      Ends with 0 when it is done and, where it waited for a build, the build succeeded; with 1 when a build did not \
      succeed or what was looked at has faults; with 2 for a command line that cannot be; with 3 when the cluster is \
      not reached, refuses, or has no such object; with 4 when --timeout has passed.
      """,
    version: Version.current,
    subcommands: [
      BuildCommand.self, StatusCommand.self, LogsCommand.self, CancelCommand.self, RetryCommand.self,
      ExplainCommand.self, LintCommand.self, MigrateCommand.self, CompletionCommand.self,
    ]
  )

  /// The name of the executable, or of a link to it, that makes it the plugin.
  static let executable = "kubectl-satis"
  /// The name of a link by which kubectl asks how words of the plugin may go on.
  static let completer = "kubectl_complete-satis"
  /// The word by which shells ask the same.
  static let completion = "__complete"
  /// The word that makes it the plugin under any name.
  static let subcommand = "kubectl"

  /// Does what the words ask for.
  ///
  /// - Returns: the exit code.
  static func run(_ words: [String]) async -> PluginExit {
    do {
      var command = try await asyncParseAsRoot(CommandWords.withSubcommandFirst(words))
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
      return .success
    } catch let error as PluginFailure {
      return failed(error.exit, "\(error)")
    } catch let error as KubernetesError {
      return failed(.noAnswer, "\(error)")
    } catch let error as ConfigurationError {
      return failed(.noAnswer, "\(error)")
    } catch let exit as ExitCode {
      return PluginExit(rawValue: exit.rawValue) ?? .failed
    } catch {
      let code = exitCode(for: error)
      (code.isSuccess ? Output.result : Output.note)(fullMessage(for: error))
      // Help and the version come as errors, too.
      if code.isSuccess { return .success }
      return code == .validationFailure ? .usage : .noAnswer
    }
  }

  private static func failed(_ exit: PluginExit, _ message: String) -> PluginExit {
    // What a server says may hold a credential.
    Output.note("error: \(RedactedText(message))")
    return exit
  }
}
