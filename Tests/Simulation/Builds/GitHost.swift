/// The git host: for each source how much has been pushed and how many branches went away.
struct GitHost {
  struct Source {
    /// Commits so far.
    var commits = 0
    /// Branches deleted so far.
    var deletions = 0
    /// Whether it does not answer.
    var isDown = false
    /// Whether it refuses the deploy key.
    var isDenied = false
  }

  /// Sources by their number; what satis.json calls them is in `SourceNames`.
  var sources: [Source]

  init(count: Int) {
    sources = Array(repeating: Source(commits: 1), count: count)
  }
}

/// How the sources are spelled.
enum SourceNames {
  /// As satis.json has it.
  static func url(_ number: Int) -> String { "https://git.example.org/acme/s\(number).git" }
  /// As the git host writes it.
  static func webhookURL(_ number: Int) -> String { "git@git.example.org:acme/s\(number)" }
  /// The package's name; every third source has none.
  static func package(_ number: Int) -> String? { number % 3 == 2 ? nil : "acme/s\(number)" }
  /// The number of a URL of satis.json.
  static func number(_ url: String) -> Int? {
    guard url.hasPrefix("https://git.example.org/acme/s") else { return nil }
    return Int(url.dropFirst(30).dropLast(4))
  }

  /// A satis.json with these sources.
  static func text(_ sources: [Int], homepage: Int, includes: Bool = true) -> String {
    let entries = sources.map { number in
      "{\"type\":\"vcs\",\"url\":\"\(url(number))\""
        + (package(number).map { ",\"name\":\"\($0)\"" } ?? "") + "}"
    }
    return "{\"name\":\"acme/packages\",\"homepage\":\"https://packages.example.org/\(homepage)\""
      + (includes ? "" : ",\"includes\":false") + ",\"repositories\":[\(entries.joined(separator: ","))]}"
  }
}
