import ArgumentParser
import Testing

@testable import satis_operator

@Suite struct OptionsTests {
  private func problem(_ arguments: String...) -> String? {
    do {
      _ = try WebhookCommand.parse(arguments)
      return nil
    } catch {
      return WebhookCommand.message(for: error)
    }
  }

  @Test func `without a port there is no page`() throws {
    let command = try WebhookCommand.parse([])
    #expect(command.statusPage.port == nil)
  }

  @Test func `a page needs a token, or the word that it is open`() {
    let wanted = "--status-port needs either --status-token-file, or --status-open"
    #expect(problem("--status-port", "8082")?.contains(wanted) == true)
    #expect(
      problem("--status-port", "8082", "--status-token-file", "token", "--status-open")?.contains(wanted)
        == true)
    #expect(problem("--status-port", "8082", "--status-token-file", "token") == nil)
    #expect(problem("--status-port", "8082", "--status-open") == nil)
  }

  @Test(arguments: [["--status-open"], ["--status-token-file", "token"]])
  func `who sees a page that is not there is a mistake`(arguments: [String]) {
    #expect(throws: (any Error).self) { try WebhookCommand.parse(arguments) }
  }

  @Test func `the help says how to switch the page on`() {
    let help = SatisOperator.helpMessage(for: WebhookCommand.self)
    for option in ["--status-port", "--status-address", "--status-token-file", "--status-open"] {
      #expect(help.contains(option))
    }
  }
}
