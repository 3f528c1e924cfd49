import ArgumentParser
import SatisPlugin

struct MigrateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "migrate",
    abstract: "Reads the manifests of an old worker and prints a SatisRepository in its place.",
    discussion: """
      The old worker is a Deployment, a CronJob or the like whose container runs Satis, in a loop or by the clock. Its \
      satis.json, image, output, cache, credentials, timetable, options and limits are taken over; where a person has \
      to decide, a comment says so. What was taken from where, and what was left out and why, goes to standard error. \
      Nothing is applied, the printed repository is suspended, and nothing out of a Secret is printed.

        kubectl get deployments,cronjobs,configmaps,persistentvolumeclaims,ingresses -o yaml \\
          | kubectl satis migrate - > repository.yaml
      """
  )

  @Argument(help: "Files with manifests; - is standard input.", completion: .file())
  var files: [String] = ["-"]

  @Option(
    name: .customLong("satis-json"), help: "The file satis.json, where no ConfigMap or Secret has it.",
    completion: .file())
  var satisJSON: String?

  @Option(help: "The name of the object that runs Satis, where there are several.")
  var worker: String?

  func run() throws {
    let migration = try Migration(
      files.map { try Lint.Input(reading: $0) }, satisJSON: satisJSON.map { try Lint.Input(reading: $0) },
      worker: worker)
    Output.result(migration.manifest)
    for note in migration.notes { Output.note("\(note)") }
  }
}
