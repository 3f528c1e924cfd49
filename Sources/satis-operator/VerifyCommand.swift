import ArgumentParser
import Foundation
import KubernetesClient
import SatisWebhook

struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Tells what the service would make of a recorded call, and why; no cluster is needed.",
    discussion: """
      Reads the raw HTTP request from standard input: perhaps its first line, then the headers, an empty line, and \
      the body, byte by byte as it was sent. Most hosts show headers and body of recent deliveries, but GitHub \
      shows the body indented, and GitLab neither the token nor the body as it was sent.

        kubectl -n satis get secret packages-webhook -o jsonpath='{.data.secret}' | base64 --decode > secret
        satis-operator webhook verify --host github --secret-file secret < request

      Ends with 0 when the call would be a success, and with 1 when it would be refused.
      """
  )

  @Option(
    help: "The kind of host that the call comes from: github, gitlab, … Default: what its headers say.")
  var host: String?

  @Option(name: .customLong("secret-file"), help: "A file with the secret, as it is in the Secret's key.")
  var secretFile: String

  @Option(help: "The namespace that the call goes to. Default: that of the request's path.")
  var namespace: String?

  @Option(help: "The SatisRepository that the call goes to. Default: that of the request's path.")
  var repository: String?

  func validate() throws {
    guard (namespace == nil) == (repository == nil) else {
      throw ValidationError("--namespace and --repository belong together")
    }
    if let host, !WebhookService.hosts.contains(host) {
      throw ValidationError(
        "there is no host '\(host)'; the hosts are \(WebhookService.hosts.joined(separator: ", "))")
    }
  }

  func run() async throws {
    let secret: Data
    do {
      secret = try Data(contentsOf: URL(fileURLWithPath: secretFile))
    } catch {
      throw ValidationError("--secret-file \(secretFile) cannot be read: \(error.localizedDescription)")
    }
    let recording = try FileHandle.standardInput.readToEnd() ?? Data()
    let key = namespace.flatMap { namespace in
      repository.map { NamespacedName(namespace: namespace, name: $0) }
    }
    do {
      let rehearsal = try await Rehearsal(of: Array(recording), from: host, secret: Array(secret), to: key)
      print(rehearsal, terminator: "")
      guard rehearsal.isAccepted else { throw ExitCode(1) }
    } catch let error as UnreadableRecording {
      throw ValidationError("\(error)")
    }
  }
}
