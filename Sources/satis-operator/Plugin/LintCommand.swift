import ArgumentParser
import KubernetesClient
import SatisPlugin

struct LintCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lint",
    abstract: "Finds mistakes in satis.json and in manifests, before they are applied; no cluster is needed.",
    discussion: """
      Takes satis.json files, and manifests with SatisRepositories, SatisBuilds, and the ConfigMaps and Secrets that \
      hold a satis.json. Each mistake is told with file, line and column, and what to do about it. Errors are what the \
      operator, the API server or Satis would refuse; they make it end with 1. Warnings are hardly meant.

        kubectl satis lint satis.json
        kubectl satis lint deploy/*.yaml
        kubectl get satisrepositories,configmaps -o yaml | kubectl satis lint -
      """
  )

  @Argument(help: "Files; - is standard input.", completion: .file())
  var files: [String] = ["satis.json"]

  @OptionGroup var format: FormatOption

  func run() throws {
    let lint = Lint(try files.map { try Lint.Input(reading: $0) })
    if let output = format.output {
      Output.result(try output.text(of: JSONValue(encoding: lint.findings)))
    } else {
      for finding in lint.findings { Output.result("\(finding)") }
      Output.note(lint.summary)
    }
    if lint.hasErrors { throw ExitCode(PluginExit.failed.rawValue) }
  }
}
