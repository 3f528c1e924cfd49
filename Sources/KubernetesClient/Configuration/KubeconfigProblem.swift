import Yams

extension Kubeconfig {
  /// What is wrong with a file, without a word of it: Yams would show the line, which may hold a token or a password.
  static func words(for error: any Error) -> String {
    guard case DecodingError.dataCorrupted(let context) = error,
      let broken = context.underlyingError as? YamlError
    else {
      // It calls fields by their names, and what is in them by its kind alone.
      return JSONCodingError(error).description
    }
    switch broken {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return "\(problem) in line \(mark.line), column \(mark.column)"
    case .reader(let problem, let offset?, _, let text):
      let line = text.prefix(offset).count { $0.isNewline } + 1
      return "\(problem) in line \(line)"
    case .duplicatedKeysInMapping(_, let context):
      return "a key is there twice, first in line \(context.mark.line), column \(context.mark.column)"
    default:
      return "it is no YAML"
    }
  }
}
