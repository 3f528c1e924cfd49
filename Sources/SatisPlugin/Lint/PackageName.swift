/// The name of a Composer package, as in `acme/lib`.
enum PackageName {
  /// What is wrong with a name.
  struct Problem: Hashable {
    var message: String
    var remedy: String
  }

  /// Nil for a name that Composer takes: lower-case words with `.`, `_` and `-` between them, and one slash.
  ///
  /// Source: `name` in Composer's schema.
  static func problem(with name: String) -> Problem? {
    guard !isValid(name) else { return nil }
    if let mark = name.firstIndex(where: { ":@#=".contains($0) }), isValid(String(name[..<mark]).lowercased())
    {
      let package = name[..<mark].lowercased()
      let version = name[name.index(after: mark)...]
      return Problem(
        message: "'\(name)' has a version or branch in the package's name",
        remedy: "write \"\(package)\": \"\(version)\" in \"require\"; a branch is written dev-NAME")
    }
    if isValid(name.lowercased()) {
      return Problem(
        message: "the package's name '\(name)' has capital letters, which composer does not find",
        remedy: "write \(name.lowercased()), here and in the package's composer.json")
    }
    return Problem(
      message: "'\(name)' is no name of a package",
      remedy: "write vendor and package in small letters, as in acme/lib")
  }

  /// Whether composer means the machine and not a package: php, ext-json.
  static func isPlatform(_ name: String) -> Bool {
    ["php", "php-64bit", "hhvm", "composer", "composer-plugin-api", "composer-runtime-api"].contains(name)
      || name.hasPrefix("ext-") || name.hasPrefix("lib-")
  }

  private static func isValid(_ name: String) -> Bool {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    return parts.count == 2 && parts.allSatisfy(isWord)
  }

  private static func isWord(_ word: Substring) -> Bool {
    func isPlain(_ character: Character?) -> Bool {
      character.map { $0.isASCII && ($0.isNumber || $0.isLetter && $0.isLowercase) } ?? false
    }
    return isPlain(word.first) && isPlain(word.last) && word.allSatisfy { isPlain($0) || "._-".contains($0) }
  }
}
