import SatisAPI

/// The entries of `repositories`: where Satis looks for packages.
extension SatisLint {
  /// Composer's kinds of repositories.
  private static let types: Set<String> = [
    "artifact", "composer", "forgejo", "fossil", "git", "git-bitbucket", "github", "gitlab", "hg",
    "hg-bitbucket",
    "package", "path", "pear", "perforce", "svn", "vcs",
  ]
  private static let known: Set<String> = [
    "canonical", "exclude", "name", "no-api", "only", "options", "package", "type", "url",
  ]

  /// An entry of `repositories` as people speak of it.
  private struct Source {
    var place: String
    var entry: PlacedJSON
    var offset: Int
  }

  mutating func checkSources() {
    let sources = self.sources
    guard !sources.isEmpty else {
      let isRefused = root["repositories"].map { $0.elements == nil && $0.members == nil } ?? false
      if !isRefused {
        error(
          at: root.member("repositories")?.offset ?? root.offset,
          "satis.json lists no repositories: there is nothing to build",
          "write \"repositories\": [{\"type\": \"vcs\", \"url\": \"https://git.example.org/acme/lib.git\"}]")
      }
      return
    }
    for source in sources { check(source) }
    checkRepetitions(sources)
  }

  private var sources: [Source] {
    guard let list = root["repositories"] else { return [] }
    if let elements = list.elements {
      return elements.enumerated().map {
        Source(place: "repositories[\($0)]", entry: $1, offset: $1.offset)
      }
    }
    return (list.members ?? []).map {
      Source(place: "repositories.\($0.name)", entry: $0.value, offset: $0.offset)
    }
  }

  private mutating func check(_ source: Source) {
    // `false` switches a default repository off.
    if source.entry.flag == false { return }
    guard let members = source.entry.members else {
      error(
        at: source.entry.offset, "\(source.place) is \(source.entry.kind) and has to be an object",
        source.entry.text.map { "write {\"type\": \"vcs\", \"url\": \"\(RedactedURL($0))\"}" }
          ?? "write {\"type\": \"vcs\", \"url\": …}")
      return
    }
    if !members.isEmpty, members.allSatisfy({ $0.value.flag == false }) { return }
    for member in members where !Self.known.contains(member.name) {
      // Kinds of repositories have names of their own: only what is nearly right is a mistake.
      if let near = Spelling.nearest(to: member.name, among: Self.known) {
        error(
          at: member.offset, "\(source.place) has no \"\(member.name)\"",
          "write \"\(near)\", if that is meant")
      }
    }
    checkType(source)
    checkURL(source)
    checkName(source)
  }

  private mutating func checkType(_ source: Source) {
    guard let type = source.entry.member("type") else {
      error(
        at: source.offset,
        "\(source.place) has no \"type\", so that Satis does not read it and no push finds it",
        "write \"type\": \"vcs\" for a git repository")
      return
    }
    guard let text = type.value.text else {
      error(
        at: type.value.offset, "\(source.place): type is \(type.value.kind)",
        "write \"vcs\" for a git repository")
      return
    }
    if !Self.types.contains(text) {
      let near = Spelling.nearest(to: text, among: Self.types)
      error(
        at: type.value.offset, "\(source.place): there is no type '\(text)'",
        "write \(near ?? "vcs")\(near == nil ? " for a git repository" : ", if that is meant")")
    }
  }

  private mutating func checkURL(_ source: Source) {
    guard let type = source.entry["type"]?.text else { return }
    guard let url = source.entry["url"] else {
      let needed = type == "package" ? "package" : "url"
      if source.entry.member(needed) == nil, Self.types.contains(type) {
        error(
          at: source.offset, "\(source.place) has no \"\(needed)\"",
          needed == "url"
            ? "write the URL with which git fetches it" : "write the package out, with name and version")
      }
      return
    }
    guard let text = url.text else {
      error(at: url.offset, "\(source.place): url is \(url.kind)", "write the URL as a text")
      return
    }
    if text.isEmpty || text.contains(where: \.isWhitespace) {
      error(
        at: url.offset, "\(source.place): the URL \(text.isEmpty ? "is empty" : "has blanks in it")",
        "write the URL with which git fetches it")
      return
    }
    let check = SourceURLCheck(
      text, type: type, isSecure: root["config"]?["secure-http"]?.flag != false,
      takesAll: root["require"] == nil || root["require-all"]?.flag == true)
    for problem in check.problems {
      error(at: url.offset, "\(source.place) (\(RedactedText(text))): \(problem.message)", problem.remedy)
    }
  }

  private mutating func checkName(_ source: Source) {
    guard let name = source.entry["name"], source.entry["type"]?.text != "package" else { return }
    guard let text = name.text else {
      error(
        at: name.offset, "\(source.place): name is \(name.kind)", "write the package's name, as in acme/lib")
      return
    }
    if let problem = PackageName.problem(with: text) {
      error(at: name.offset, "\(source.place): \(problem.message)", problem.remedy)
    }
  }

  private mutating func checkRepetitions(_ sources: [Source]) {
    var urls: [SourceURL: String] = [:]
    var names: [String: String] = [:]
    for source in sources {
      if let url = source.entry["url"], let key = url.text.flatMap(SourceURL.init) {
        if let first = urls[key] {
          warn(
            at: url.offset, "\(source.place) is the same repository as \(first): \(key)",
            "remove one of them; how the URL is spelled makes no difference")
        } else {
          urls[key] = source.place
        }
      }
      guard let name = source.entry["name"], let text = name.text else { continue }
      if let first = names[text] {
        error(
          at: name.offset, "\(source.place) has the name '\(text)', as \(first) has",
          "give each the name of its own package; a build of a package finds it by that")
      } else {
        names[text] = source.place
      }
    }
  }
}
