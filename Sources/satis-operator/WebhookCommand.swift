import ArgumentParser

struct WebhookCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "webhook", abstract: "x")
}
