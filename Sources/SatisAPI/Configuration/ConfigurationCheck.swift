public import KubernetesClient

/// What a satis.json is refused for: what Satis cannot read, and what is unsafe in a shared cluster.
extension SatisConfiguration {
  /// Why a satis.json is refused, or does not hold what a build asks for.
  public struct Refusal: Error, Hashable, CustomStringConvertible {
    /// What is wrong, with the entry's name.
    public let problem: String
    /// What to do about it.
    public let remedy: String
    /// Where it is; the whole where something is missing.
    public let path: JSONPath

    init(_ problem: String, remedy: String, at path: JSONPath = JSONPath()) {
      self.problem = problem
      self.remedy = remedy
      self.path = path
    }

    /// A sentence with both.
    public var description: String { "\(problem); \(remedy)" }
  }

  /// Whether a text is too long for a snapshot.
  public static func refusal(ofLengthOf text: String) -> Refusal? {
    guard text.utf8.count > maximumBytes else { return nil }
    return Refusal(
      "satis.json has \(text.utf8.count) bytes, more than the \(maximumBytes) that fit into a snapshot",
      remedy: "split it into several repositories")
  }

  /// All that a satis.json is refused for.
  ///
  /// The controller says the first.
  public static func refusals(of root: JSONValue) -> [Refusal] {
    guard root.members != nil else {
      return [Refusal("satis.json is no JSON object", remedy: "write it as in {\"name\": …}")]
    }
    var refusals: [Refusal] = []
    for (required, example) in [("name", "acme/packages"), ("homepage", "https://packages.example.org")]
    where root[required]?.text?.isEmpty != false {
      let path = root[required] == nil ? JSONPath() : JSONPath() / required
      refusals.append(
        Refusal(
          "satis.json has no \"\(required)\", which Satis requires",
          remedy: "write \"\(required)\": \"\(example)\"", at: path))
    }
    if root["archive"]?["absolute-directory"] != nil {
      refusals.append(
        Refusal(
          "satis.json sets archive.absolute-directory, which would put archives outside the output",
          remedy: "use archive.directory", at: JSONPath() / "archive" / "absolute-directory"))
    }
    if let directory = root["archive"]?["directory"]?.text, liesInMetadata(directory) {
      refusals.append(
        Refusal(
          "satis.json sets archive.directory to '\(directory)', which would put archives among Satis's own metadata",
          remedy: "use another directory than include, p and p2, as in dist",
          at: JSONPath() / "archive" / "directory"))
    }
    if let name = root["include-filename"]?.text, name.split(separator: "/").contains("..") {
      refusals.append(
        Refusal(
          "satis.json sets include-filename to '\(name)', which leads out of the release",
          remedy: "leave it out, or write it as in include/all$%hash%.json",
          at: JSONPath() / "include-filename"))
    }
    for list in ["repositories", dependencies] {
      switch root[list] ?? [] {
      case .array, .object: break
      default:
        refusals.append(
          Refusal(
            "satis.json: \"\(list)\" is no list",
            remedy: "write it as in [{\"type\": \"vcs\", \"url\": …}]",
            at: JSONPath() / list))
      }
      refusals += entries(of: root, in: list).flatMap(\.refusals)
    }
    return refusals
  }

  /// Whether a path in the output leads into a directory that Satis keeps for its metadata.
  private static func liesInMetadata(_ path: String) -> Bool {
    var segments: [Substring] = []
    for segment in path.split(separator: "/") where segment != "." {
      if segment == ".." {
        _ = segments.popLast()
      } else {
        segments.append(segment)
      }
    }
    guard let first = segments.first else { return false }
    return metadataDirectories.contains { $0 == first }
  }

  /// Where Satis keeps its metadata in the output; the runner knows the same.
  static let metadataDirectories = ["include", "p", "p2"]

  /// An entry of `repositories` with its place.
  struct Entry {
    let path: JSONPath
    let value: JSONValue

    /// The entry as a source; nil for one such as `{"packagist.org": false}`, which switches a default repository off.
    var repository: Repository? {
      value["type"]?.text.map { Repository(type: $0, url: value["url"]?.text, name: value["name"]?.text) }
    }
  }

  /// Where Satis looks for what packages need; what it finds there it publishes as well.
  private static let dependencies = "repositories-dep"

  /// Composer accepts a list and an object whose keys are names.
  static func entries(of root: JSONValue, in list: String = "repositories") -> [Entry] {
    let path = JSONPath() / list
    return switch root[list] {
    case .array(let list): list.enumerated().map { Entry(path: path / $0, value: $1) }
    case .object(let named): named.sorted { $0.key < $1.key }.map { Entry(path: path / $0, value: $1) }
    default: []
    }
  }
}

extension SatisConfiguration.Entry {
  fileprivate var refusals: [SatisConfiguration.Refusal] {
    guard let repository else { return [] }
    if ["path", "artifact"].contains(repository.type) {
      let shown = repository.url.map { RedactedURL($0).description } ?? repository.type
      return [
        SatisConfiguration.Refusal(
          "satis.json: \(path) (\(shown)): the type '\(repository.type)' reads the build pod's own files",
          remedy: "use a git repository instead", at: path / "type")
      ]
    }
    return Self.urls(in: value, at: path).compactMap { refusal(of: $0.url, at: $0.path) } + headerRefusal
  }

  /// Composer gives the options of a Composer repository to each of its packages, with which Satis publishes them.
  private var headerRefusal: [SatisConfiguration.Refusal] {
    guard repository?.type == "composer", let header = value["options"]?["http"]?["header"] else { return [] }
    let isEmpty =
      switch header {
      case .array(let lines): lines.isEmpty
      case .string(let line): line.isEmpty
      default: false
      }
    guard !isEmpty else { return [] }
    return [
      SatisConfiguration.Refusal(
        "satis.json: \(path): options.http.header, which Satis would publish with each package",
        remedy: "put what it proves into auth.json and name that in spec.credentials.composerAuth",
        at: path / "options" / "http" / "header")
    ]
  }

  /// The URLs of an entry, also those inside a package that is written out in it.
  private static func urls(in value: JSONValue, at path: JSONPath) -> [(url: String, path: JSONPath)] {
    switch value {
    case .array(let elements): elements.enumerated().flatMap { urls(in: $1, at: path / $0) }
    case .object(let members):
      members.sorted { $0.key < $1.key }.flatMap { name, value in
        name == "url" ? value.text.map { [($0, path / name)] } ?? [] : urls(in: value, at: path / name)
      }
    default: []
    }
  }

  private func refusal(of url: String, at place: JSONPath) -> SatisConfiguration.Refusal? {
    func refuse(_ problem: String, _ remedy: String) -> SatisConfiguration.Refusal {
      SatisConfiguration.Refusal(
        "satis.json: \(path) (\(RedactedURL(url))): \(problem)", remedy: remedy, at: place)
    }
    // As much as a claim takes, which names its sources.
    if url.unicodeScalars.count > 2_048 { return refuse("a URL has more than 2048 characters", "shorten it") }
    if url.hasPrefix("-") { return refuse("a URL cannot start with '-'", "use https or ssh") }
    if url.contains("ext::") { return refuse("'ext::' runs commands", "use https or ssh") }
    let redacted = RedactedURL(url)
    if redacted.hidesPassword {
      return refuse(
        redacted.hidesParameter
          ? "the URL has a token in its query, which Satis would publish"
          : "the URL contains a password or token, which Satis would publish",
        "put it into auth.json and name that in spec.credentials.composerAuth")
    }
    let start = url.trimmingWhitespace().lowercased()
    let isPath = ["file:", "/", ".", "~"].contains { start.hasPrefix($0) }
    if isPath || (!url.contains("://") && SourceURL(url) == nil) {
      return refuse("a local path means nothing in the build pod", "use https or ssh")
    }
    return nil
  }
}
