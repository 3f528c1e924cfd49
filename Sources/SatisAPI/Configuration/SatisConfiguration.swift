import Crypto
import KubernetesClient

/// A satis.json, as far as it decides what is built.
public struct SatisConfiguration: Sendable, Hashable {
  /// The largest satis.json.
  ///
  /// An object of the API server holds 1 MiB, and the snapshot has the runner in it as well.
  public static let maximumBytes = 768 << 10

  /// The text as it was given; the snapshot carries it unchanged.
  public let text: String
  /// SHA-256 of the text, 64 hexadecimal digits.
  public let hash: String
  /// The sources, in the order of the file.
  public let repositories: [Repository]
  /// Whether Satis can build single sources: without includes and providers it cannot read its own output back,
  /// and would drop all other packages.
  public let allowsPartialBuilds: Bool
  /// The entries by what tells two repositories apart, by their exact URL and by their name.
  private let bySource: [SourceURL: [Repository]]
  private let byURL: [String: [Repository]]
  private let byName: [String: [Repository]]
  private let aliases: [SatisRepository.SourceAlias]

  /// An entry of `repositories`.
  public struct Repository: Sendable, Hashable {
    /// Such as `vcs`, `git` or `composer`.
    public var type: String
    /// The URL to the letter; nil for entries such as `package` that have none.
    public var url: String?
    /// The package's name, where the entry gives one.
    public var name: String?
  }

  /// Why a satis.json is refused.
  public struct Refusal: Error, Hashable, CustomStringConvertible {
    /// A sentence that names the entry and the remedy.
    public let description: String
  }

  /// Reads a satis.json.
  ///
  /// - Parameter aliases: further URLs of its sources.
  /// - Throws: `Refusal` for what Satis cannot read, and for what is unsafe in a shared cluster: credentials in
  ///   URLs, which Satis would publish, and sources that reach into the pod's file system.
  public init(text: String, aliases: [SatisRepository.SourceAlias] = []) throws(Refusal) {
    guard text.utf8.count <= Self.maximumBytes else {
      throw Refusal(
        description:
          "satis.json has \(text.utf8.count) bytes, more than the \(Self.maximumBytes) that fit into a "
          + "snapshot; split it into several repositories")
    }
    let root: JSONValue
    do {
      root = try JSONValue(parsing: text.utf8)
    } catch {
      throw Refusal(description: "satis.json is no JSON; `jq . satis.json` shows the line")
    }
    guard let members = root.members else {
      throw Refusal(description: "satis.json must be a JSON object, as in {\"name\": …}")
    }
    for required in ["name", "homepage"] where members[required]?.text?.isEmpty != false {
      throw Refusal(description: "satis.json has no \"\(required)\"; Satis requires it")
    }
    if members["archive"]?["absolute-directory"] != nil {
      throw Refusal(
        description:
          "satis.json sets archive.absolute-directory, which would put archives outside the output; "
          + "use archive.directory")
    }
    self.text = text
    self.aliases = aliases
    hash = SHA256.hash(data: Array(text.utf8)).hexadecimal
    let repositories = try Self.repositories(members["repositories"] ?? [])
    self.repositories = repositories
    bySource = repositories.grouped { $0.url.flatMap(SourceURL.init) }
    byURL = repositories.grouped(by: \.url)
    byName = repositories.filter { $0.url != nil }.grouped(by: \.name)
    allowsPartialBuilds = members["includes"] ?? true == true || members["providers"] == true
  }

  /// The entries of a source, whose URLs Satis takes to the letter.
  ///
  /// - Throws: `Refusal` when satis.json does not list the source, saying what to change.
  public func match(_ source: SatisBuild.Source) throws(Refusal) -> [Repository] {
    if let url = source.url {
      if let matches = entries(of: url) ?? alias(of: url).flatMap({ entries(of: $0.source) }) {
        return matches
      }
      throw Refusal(
        description: "satis.json lists no source '\(RedactedURL(url))'; add {\"type\": \"vcs\", \"url\": "
          + "\"\(RedactedURL(url))\"} to its repositories, or correct source.url")
    }
    guard let package = source.package else { return [] }
    if let matches = byName[package] { return matches }
    throw Refusal(
      description: "no entry of satis.json's repositories has \"name\": \"\(package)\"; add the name to the "
        + "package's entry, or give source.url instead")
  }

  /// The entries that the URL itself names.
  private func entries(of url: String) -> [Repository]? {
    byURL[url] ?? SourceURL(url).flatMap { bySource[$0] }
  }

  private func alias(of url: String) -> SatisRepository.SourceAlias? {
    let source = SourceURL(url)
    return aliases.first { $0.url == url || (source != nil && SourceURL($0.url) == source) }
  }

  private static func repositories(_ value: JSONValue) throws(Refusal) -> [Repository] {
    // Composer accepts a list and an object whose keys are names.
    let entries: [(place: String, entry: JSONValue)]
    switch value {
    case .array(let list): entries = list.enumerated().map { ("repositories[\($0)]", $1) }
    case .object(let named): entries = named.sorted { $0.key < $1.key }.map { ("repositories.\($0)", $1) }
    default: throw Refusal(description: "satis.json: \"repositories\" must be a list")
    }
    var repositories: [Repository] = []
    for (place, entry) in entries {
      // `{"packagist.org": false}` switches a default repository off and names no source.
      guard let type = entry["type"]?.text else { continue }
      let url = entry["url"]?.text
      if ["path", "artifact"].contains(type) {
        throw Refusal(
          description:
            "satis.json: \(place) (\(url.map { RedactedURL($0).description } ?? type)): the type '\(type)' "
            + "reads the build pod's own files; use a git repository instead")
      }
      for url in urls(in: entry) {
        try refuseUnsafe(url, label: "satis.json: \(place) (\(RedactedURL(url)))")
      }
      repositories.append(Repository(type: type, url: url, name: entry["name"]?.text))
    }
    return repositories
  }

  /// The URLs of an entry, also those inside a package that is written out in it.
  private static func urls(in value: JSONValue) -> [String] {
    switch value {
    case .array(let elements): elements.flatMap(urls)
    case .object(let members):
      members.sorted { $0.key < $1.key }.flatMap { name, value in
        name == "url" ? value.text.map { [$0] } ?? [] : urls(in: value)
      }
    default: []
    }
  }

  private static func refuseUnsafe(_ url: String, label: String) throws(Refusal) {
    if url.hasPrefix("-") {
      throw Refusal(description: "\(label): a URL cannot start with '-'")
    }
    if url.contains("ext::") {
      throw Refusal(description: "\(label): 'ext::' runs commands; use https or ssh")
    }
    if RedactedURL(url).hidesPassword {
      throw Refusal(
        description: "\(label): the URL contains a password or token, which Satis would publish; put it into "
          + "auth.json and name that in spec.credentials.composerAuth")
    }
    let start = url.trimmingWhitespace().lowercased()
    let isPath = ["file:", "/", ".", "~"].contains { start.hasPrefix($0) }
    if isPath || (!url.contains("://") && SourceURL(url) == nil) {
      throw Refusal(description: "\(label): a local path means nothing in the build pod; use https or ssh")
    }
  }
}

extension [SatisConfiguration.Repository] {
  /// Entries by a key, in their order; those without one are left out.
  fileprivate func grouped<Key: Hashable>(by key: (Element) -> Key?) -> [Key: [Element]] {
    reduce(into: [:]) { groups, entry in
      if let key = key(entry) { groups[key, default: []].append(entry) }
    }
  }
}

extension SHA256.Digest {
  /// Lower-case hexadecimal digits.
  var hexadecimal: String {
    map { byte in
      let digits = String(byte, radix: 16)
      return byte < 16 ? "0\(digits)" : digits
    }.joined()
  }
}
