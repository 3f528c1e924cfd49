import KubernetesClient

/// A notification for Slack's incoming webhooks: a line of text, and blocks for clients that show them.
enum SlackMessage {
  /// Slack refuses longer texts in a section (3,000) and in a field (2,000); each `&` grows to five characters.
  private static let longestMessage = 2_800
  private static let longestField = 1_900

  static func json(_ notification: BuildNotification) -> JSONValue {
    let headline = headline(notification)
    var blocks: [JSONValue] = [
      ["type": "section", "text": markdown("*\(headline)*")],
      ["type": "section", "fields": .array(fields(notification))],
    ]
    if !notification.message.isEmpty {
      // No backticks, which would end the block of code.
      let message = escape(notification.message.replacing("`", with: "'"), limit: longestMessage)
      blocks.append(["type": "section", "text": markdown("```\(message)```")])
    }
    let text = "\(headline): \(escape(notification.message, limit: longestMessage))"
    return ["text": .string(text), "blocks": .array(blocks)]
  }

  private static func headline(_ notification: BuildNotification) -> String {
    let build = escape("\(notification.namespace)/\(notification.build)", limit: longestField)
    let repository = escape(notification.repository, limit: longestField)
    return switch notification.result {
    case .succeeded: "Satis build \(build) of \(repository) succeeded"
    case .failed: "Satis build \(build) of \(repository) failed"
    case .recovered: "Satis build \(build) of \(repository) succeeded again"
    }
  }

  /// At most ten, which Slack allows.
  private static func fields(_ notification: BuildNotification) -> [JSONValue] {
    let values: [(String, String?)] = [
      ("Reason", notification.reason), ("Source", notification.source ?? "all"),
      ("Commit", notification.commit),
      ("Attempts", String(notification.attempts)), ("Release", notification.release),
      ("Started", notification.startTime?.description),
      ("Finished", notification.completionTime?.description),
    ]
    return values.compactMap { name, value in
      value.map { markdown("*\(name)*\n\(escape($0, limit: longestField))") }
    }
  }

  /// Taken as it is: Slack would make links and mentions of what looks like them.
  private static func markdown(_ text: String) -> JSONValue {
    ["type": "mrkdwn", "text": .string(text), "verbatim": true]
  }

  /// Slack's three control characters as entities, which keeps `<!channel>` from calling anybody.
  ///
  /// - Parameter limit: the longest result in bytes.
  static func escape(_ text: String, limit: Int) -> String {
    var result = ""
    var length = 0
    for character in text {
      let next =
        switch character {
        case "&": "&amp;"
        case "<": "&lt;"
        case ">": "&gt;"
        default: String(character)
        }
      length += next.utf8.count
      // Room for the ellipsis.
      guard length <= limit - 3 else { return result + "…" }
      result += next
    }
    return result
  }
}
