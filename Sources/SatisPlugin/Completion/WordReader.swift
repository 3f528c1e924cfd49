/// Goes through the words of a subcommand, up to the one that is being typed.
struct WordReader {
  private let command: CommandOutline.Subcommand
  /// The values of options, by the longest of their names.
  private(set) var given: [String: String] = [:]
  private var pending: CommandOutline.Option?
  private var argumentCount = 0
  private var endsOptions = false

  init(_ command: CommandOutline.Subcommand) {
    self.command = command
  }

  mutating func read(_ word: String) {
    if word == "=", pending != nil {
      // Bash takes `--option=value` for three words.
      return
    } else if let option = pending {
      take(word, for: option)
      pending = nil
    } else if word == "--", !endsOptions {
      endsOptions = true
    } else if let (option, value) = assignment(word) {
      take(value, for: option)
    } else if isOption(word) {
      pending = option(word).flatMap { $0.value == nil ? nil : $0 }
    } else {
      argumentCount += 1
    }
  }

  /// What is typed before the value, and as much of the value as there is.
  func split(_ word: String) -> (lead: String, prefix: String) {
    guard pending == nil, let (_, value) = assignment(word) else { return ("", word) }
    return (String(word.dropLast(value.count)), value)
  }

  func wanted(at word: String) -> Completion.Wanted {
    if let value = pending?.value ?? assignment(word)?.option.value { return wanted(value) }
    guard !isOption(word) else {
      return .choices(
        command.options.flatMap { option in option.names.map { .init($0, option.abstract) } })
    }
    let arguments = command.arguments
    if argumentCount < arguments.count { return wanted(arguments[argumentCount]) }
    guard let last = arguments.last, last.isRepeating else { return .nothing }
    return wanted(last)
  }

  private func wanted(_ value: CommandOutline.Value) -> Completion.Wanted {
    value.choices.isEmpty ? .name(value.name) : .choices(value.choices.map { .init($0) })
  }

  private mutating func take(_ value: String, for option: CommandOutline.Option) {
    if let name = option.names.last { given[name] = value }
  }

  private func isOption(_ word: String) -> Bool { !endsOptions && word.hasPrefix("-") }

  private func option(_ name: String) -> CommandOutline.Option? {
    command.options.first { $0.names.contains(name) }
  }

  /// The two sides of `--option=value`.
  private func assignment(_ word: String) -> (option: CommandOutline.Option, value: String)? {
    guard isOption(word), let sign = word.firstIndex(of: "="), let option = option(String(word[..<sign])),
      option.value != nil
    else { return nil }
    return (option, String(word[word.index(after: sign)...]))
  }
}
