extension Story: CustomStringConvertible {
  /// The story for people.
  public var description: String {
    var lines = ["SatisBuild \(name) in namespace \(namespace): \(state)\(reason.map { " (\($0))" } ?? "")"]
    lines += ["", "What was asked"] + asked.flatMap { Self.wrapped($0, "  ", "    ") }
    lines += ["", "What happened"]
    for event in events {
      let time = event.time.map { "\($0)" } ?? String(repeating: " ", count: 20)
      lines += Self.wrapped(event.text, "  \(time)  ", Self.margin)
      lines += event.details.flatMap { Self.wrapped($0, Self.margin, Self.margin) }
    }
    lines += ["", "What it means"] + Self.wrapped(advice.meaning, "  ", "  ")
    if !advice.remedies.isEmpty {
      lines += ["", "What to do"]
      for remedy in advice.remedies {
        lines += Self.wrapped(remedy.text, "  - ", "    ")
        // Never broken, so that they can be pasted.
        lines += remedy.commands.map { "      \(Self.printable($0))" }
      }
    }
    if let logTail, !logTail.isEmpty {
      lines += ["", "The end of the log"]
      lines += logTail.split(separator: "\n", omittingEmptySubsequences: false).map {
        "  \(Self.printable(String($0)))"
      }
    }
    return lines.joined(separator: "\n")
  }

  private static let margin = String(repeating: " ", count: 24)
  private static let width = 110

  /// A sentence in lines; words longer than a line stay whole.
  private static func wrapped(_ text: String, _ first: String, _ others: String) -> [String] {
    var lines: [String] = []
    var line = first
    var isEmpty = true
    for word in printable(text).split(separator: " ") {
      if !isEmpty, line.count + word.count + 1 > width {
        lines.append(line)
        line = others
        isEmpty = true
      }
      line += (isEmpty ? "" : " ") + word
      isEmpty = false
    }
    return lines + [line]
  }

  /// What strangers wrote must not steer the terminal.
  private static func printable(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
  }
}
