/// What a container runs, as far as it calls Satis: a shell script or the words of a command.
struct WorkerScript {
  /// One call of Satis.
  struct Call: Hashable {
    /// `build` or `purge`.
    var command: String
    /// satis.json; nil where it is left out.
    var configuration: String?
    /// Where it writes; nil where it is left out.
    var output: String?
    /// With their hyphens, in order.
    var options: [String]
  }

  /// The calls, in order.
  private(set) var calls: [Call] = []
  /// The seconds of each `sleep`.
  private(set) var sleeps: [Int] = []
  let text: String

  /// Reads a script.
  ///
  /// - Parameter variables: those of the environment.
  init(_ text: String, variables: [String: String]) {
    self.text = text
    var variables = variables
    let joined = text.replacing("\\\r\n", with: " ").replacing("\\\n", with: " ")
    for line in joined.split(whereSeparator: \.isNewline) {
      for words in Self.commands(String(line)) {
        let words = words.map { Self.expanded($0, variables) }
        if words.count == 1, let (name, value) = Self.assignment(words[0]) { variables[name] = value }
        read(words)
      }
    }
  }

  private mutating func read(_ words: [String]) {
    if let place = words.firstIndex(of: "sleep"), words.indices.contains(place + 1) {
      let units: [Character: Int] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
      let text = words[place + 1]
      let unit = text.last.flatMap { units[$0] }
      if let number = Int(unit == nil ? text : String(text.dropLast())) {
        sleeps.append(number * (unit ?? 1))
      }
    }
    guard
      let place = words.indices.first(where: { index in
        ["build", "purge"].contains(words[index])
          && (index == 0 || words[index - 1] == "satis" || words[index - 1].hasSuffix("/satis"))
      })
    else { return }
    let rest = words[(place + 1)...].prefix { !$0.hasPrefix(">") && !$0.hasPrefix("2>") }
    let positionals = rest.filter { !$0.hasPrefix("-") }
    calls.append(
      Call(
        command: words[place], configuration: positionals.first, output: positionals.dropFirst().first,
        options: rest.filter { $0.hasPrefix("-") }))
  }

  // MARK: - Words

  /// The commands of a line, each as its words; quotation marks are gone, variables are not replaced yet.
  private static func commands(_ line: String) -> [[String]] {
    var commands: [[String]] = [[]]
    var word = ""
    var isWord = false
    var quote: Character?
    var isReference = false
    func end(_ commands: inout [[String]]) {
      if isWord { commands[commands.count - 1].append(word) }
      word = ""
      isWord = false
    }
    for character in line {
      switch character {
      case quote: quote = nil
      case _ where quote != nil: word.append(character)
      case "'", "\"":
        quote = character
        isWord = true
      // Kubernetes' own $(NAME) is a part of a word.
      case "(" where word.hasSuffix("$"), ")" where isReference:
        isReference = character == "("
        word.append(character)
      case ";", "&", "|", "(", ")", "`":
        end(&commands)
        commands.append([])
      case "#" where !isWord:
        end(&commands)
        return commands.filter { !$0.isEmpty }
      case _ where character.isWhitespace: end(&commands)
      default:
        word.append(character)
        isWord = true
      }
    }
    end(&commands)
    return commands.filter { !$0.isEmpty }
  }

  private static func assignment(_ word: String) -> (String, String)? {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty,
      parts[0].allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" })
    else {
      return nil
    }
    return (String(parts[0]), String(parts[1]))
  }

  /// `$NAME`, `${NAME}`, `${NAME:-default}` and Kubernetes' own `$(NAME)`; what is not known stays as it is.
  private static func expanded(_ word: String, _ variables: [String: String]) -> String {
    var result = ""
    var rest = word[...]
    while let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      rest = rest[rest.index(after: dollar)...]
      let close: Character? = rest.first == "{" ? "}" : rest.first == "(" ? ")" : nil
      let isName: (Character) -> Bool = { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
      let body: Substring
      if let close {
        body = rest.dropFirst().prefix { $0 != close }
        rest = rest.dropFirst(min(rest.count, body.count + 2))
      } else {
        body = rest.prefix(while: isName)
        rest = rest.dropFirst(body.count)
      }
      let name = String(body.prefix(while: isName))
      let fallback = body.dropFirst(name.count)
      if let value = variables[name] {
        result += value
      } else if fallback.hasPrefix(":-") || fallback.hasPrefix(":=") {
        result += fallback.dropFirst(2)
      } else {
        result += close.map { "$\($0 == "}" ? "{" : "(")\(body)\($0)" } ?? "$\(body)"
      }
    }
    return result + rest
  }
}
