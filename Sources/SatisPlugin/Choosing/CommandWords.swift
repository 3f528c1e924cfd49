/// The words of a command line, as kubectl hands them to a plugin.
public enum CommandWords {
  /// Options that kubectl's users write before the subcommand as well, with the value behind them.
  private static let leading: Set<String> = [
    "-n", "--namespace", "--context", "--kubeconfig", "-r", "--repository",
  ]

  /// The same words with options that stand before the subcommand behind all others, since only subcommands have any:
  /// `-n team build` becomes `build -n team`.
  ///
  /// Words behind a `--` stay last.
  public static func withSubcommandFirst(_ words: [String]) -> [String] {
    var rest = words[...]
    var options: [String] = []
    while let word = rest.first, word.hasPrefix("-") {
      if leading.contains(word), rest.count > 1 {
        options += rest.prefix(2)
        rest = rest.dropFirst(2)
      } else if let name = word.split(separator: "=").first, leading.contains(String(name)), name != word {
        options.append(word)
        rest = rest.dropFirst()
      } else {
        break
      }
    }
    guard let subcommand = rest.popFirst(), !subcommand.hasPrefix("-") else { return words }
    return [subcommand] + options + rest
  }
}
