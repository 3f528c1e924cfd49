/// What may stand where the cursor is: the protocol by which kubectl completes the words of a plugin.
///
/// Source of the protocol: cobra's `__complete`, which kubectl has asked since 1.26. A candidate is a line, perhaps with
/// a tab and its description; the last line is a colon and a number, of which 4 is "no file names".
public struct Completion: Sendable, Hashable {
  /// What is wanted.
  public let wanted: Wanted
  /// The options with values that were given before, by the longest of their names.
  public let given: [String: String]
  private let prefix: String
  /// Where the value is typed behind a `=`, what stands before it.
  private let lead: String

  /// What is wanted at the cursor.
  public enum Wanted: Sendable, Hashable {
    /// One of these, each with its description.
    case choices([Candidate])
    /// A name that is found in the cluster or the kubeconfig; `build`, `repository`, `source` and the like.
    case name(String)
    /// Nothing that this program knows.
    case nothing
  }

  /// A word that may stand there.
  public struct Candidate: Sendable, Hashable {
    /// The word.
    public var word: String
    /// What it means, in a few words.
    public var meaning: String

    /// Offers a word.
    public init(_ word: String, _ meaning: String = "") {
      self.word = word
      self.meaning = meaning
    }
  }

  /// Looks where the cursor is: at the end of the last word, which may be empty.
  public init(_ words: [String], in outline: CommandOutline) {
    let words = CommandWords.withSubcommandFirst(words.dropLast()) + words.suffix(1)
    let last = words.last ?? ""
    guard words.count > 1, let command = outline.subcommands.first(where: { $0.name == words[0] }) else {
      let isFirst = words.count < 2
      wanted = isFirst ? .choices(outline.subcommands.map { Candidate($0.name, $0.abstract) }) : .nothing
      (given, prefix, lead) = ([:], last, "")
      return
    }
    var reader = WordReader(command)
    for word in words.dropFirst().dropLast() { reader.read(word) }
    given = reader.given
    (lead, prefix) = reader.split(last)
    wanted = reader.wanted(at: last)
  }

  /// The answer to the shell, from the names that were found for `wanted`.
  public func answer(names: [String] = []) -> String {
    let candidates: [Candidate] =
      switch wanted {
      case .choices(let choices): choices
      case .name: names.map { Candidate($0) }
      case .nothing: []
      }
    let lines = candidates.filter { $0.word.hasPrefix(prefix) }.map { candidate in
      lead + candidate.word + (candidate.meaning.isEmpty ? "" : "\t\(candidate.meaning)")
    }
    return (lines + [":4"]).joined(separator: "\n")
  }
}
