import ArgumentParser
import SatisWebhook
import Testing

@testable import satis_operator

@Suite struct VerifyCommandTests {
  @Test func `the help says what is read, where to get it, and how it ends`() {
    let help = SatisOperator.helpMessage(for: VerifyCommand.self)
    for text in [
      "satis-operator webhook verify", "--host", "--secret-file", "--namespace", "--repository",
      "standard input", "< request", "Ends with 0", "base64 --decode",
    ] {
      #expect(help.contains(text), "\(text)")
    }
  }

  @Test func `the service's own help leads there, and names its limits`() {
    let help = SatisOperator.helpMessage(for: WebhookCommand.self)
    for text in [
      "verify", "--max-requests", "--max-body-bytes", "--max-connections", "--max-header-bytes",
      "--header-timeout", "--body-timeout", "--idle-timeout",
    ] {
      #expect(help.contains(text), "\(text)")
    }
  }

  @Test func `a host that nobody knows is refused with the names of all`() {
    let error = #expect(throws: (any Error).self) {
      try VerifyCommand.parse(["--secret-file", "secret", "--host", "sourceforge"])
    }
    let message = error.map { VerifyCommand.message(for: $0) } ?? ""
    #expect(message.contains("github") && message.contains("generic"))
  }

  @Test(arguments: ["--max-requests", "--body-timeout", "--max-connections"])
  func `a limit of nothing is refused`(option: String) {
    #expect(throws: (any Error).self) { try WebhookCommand.parse([option, "0"]) }
  }

  @Test func `the limits of the command line are those of the service, as far as the system has files`()
    throws
  {
    let command = try WebhookCommand.parse([
      "--max-requests", "7", "--max-connections", "1000", "--header-timeout", "3", "--body-timeout", "4",
      "--idle-timeout", "5", "--max-header-bytes", "6000", "--max-body-bytes", "9000",
    ])
    let limits = command.serving.limits(files: 20_000)
    #expect(limits.requests == 7)
    #expect(limits.connections == 1_000)
    #expect(limits.headerTime == .seconds(3))
    #expect(limits.bodyTime == .seconds(4))
    #expect(limits.idleTime == .seconds(5))
    #expect(limits.headerBytes == 6_000)
    #expect(limits.bodyBytes == 9_000)
    let few = command.serving.limits(files: 256).connections
    #expect(few < 256 && few > 0)
    let beside = command.serving.limits(files: 1_000, servesPage: true).connections
    #expect(beside < command.serving.limits(files: 1_000).connections)
  }

  @Test func `namespace and repository belong together`() {
    #expect(throws: (any Error).self) {
      try VerifyCommand.parse(["--secret-file", "secret", "--namespace", "satis"])
    }
  }
}
