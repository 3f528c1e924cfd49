import ArgumentParser
import Glibc
import SatisPlugin

/// What the executable is depends on the name by which it was started.
@main
enum Program {
  static func main() async {
    switch Invocation(CommandLine.arguments) {
    case .operator(let words): await SatisOperator.main(words)
    case .plugin(let words): exit(await KubectlSatis.run(words).rawValue)
    case .completion(let words): Output.result(await CompletionAnswer.text(words))
    }
  }
}

/// Who is asked for by a command line, and the words for it.
enum Invocation: Equatable {
  /// The operator itself.
  case `operator`([String])
  /// The plugin of kubectl.
  case plugin([String])
  /// What may follow words of the plugin.
  case completion([String])

  /// Reads a command line, whose first word is the path of the executable or of a link to it.
  init(_ words: [String]) {
    let name = words.first?.split(separator: "/").last ?? ""
    let rest = Array(words.dropFirst())
    if name == KubectlSatis.completer {
      self = .completion(rest)
    } else if name == KubectlSatis.executable {
      self = Self.plugin(of: rest)
    } else if rest.first == KubectlSatis.subcommand {
      self = Self.plugin(of: Array(rest.dropFirst()))
    } else {
      self = .operator(rest)
    }
  }

  private static func plugin(of words: [String]) -> Invocation {
    words.first == KubectlSatis.completion ? .completion(Array(words.dropFirst())) : .plugin(words)
  }
}
