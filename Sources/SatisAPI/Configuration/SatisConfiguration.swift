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
  /// The only source that a URL is in another letter case.
  private let byFoldedSource: [SourceURL: SourceURL]
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

    /// The name as Satis can be told it, `vendor/package`; nil for any other one, which nothing else refuses.
    ///
    /// Source of the rule: the runner, where the name becomes an argument and a part of paths.
    public var package: String? {
      guard let name, name.utf8.count <= 255 else { return nil }
      let parts = name.split(separator: "/", omittingEmptySubsequences: false)
      let isName = parts.count == 2 && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(\.isPartOfName) }
      return isName && !".-_".contains(name.prefix(1)) ? name : nil
    }
  }

  /// Reads a satis.json.
  ///
  /// - Parameter aliases: further URLs of its sources.
  /// - Throws: `Refusal` for what Satis cannot read, and for what is unsafe in a shared cluster: credentials in
  ///   URLs, which Satis would publish, and sources that reach into the pod's file system.
  public init(text: String, aliases: [SatisRepository.SourceAlias] = []) throws(Refusal) {
    if let refusal = Self.refusal(ofLengthOf: text) { throw refusal }
    let root: JSONValue
    do {
      root = try JSONValue(parsing: text.utf8)
    } catch {
      throw Refusal("satis.json is no JSON", remedy: "`kubectl satis lint satis.json` shows the line")
    }
    if let first = Self.refusals(of: root).first { throw first }
    self.text = text
    self.aliases = aliases
    hash = SHA256.hash(data: Array(text.utf8)).hexadecimal
    let repositories = Self.entries(of: root).compactMap(\.repository)
    self.repositories = repositories
    bySource = repositories.grouped { $0.url.flatMap(SourceURL.init) }
    byFoldedSource = Dictionary(grouping: bySource.keys, by: \.folded).compactMapValues { sources in
      sources.count == 1 ? sources.first : nil
    }
    byURL = repositories.grouped(by: \.url)
    byName = repositories.filter { $0.url != nil }.grouped(by: \.name)
    allowsPartialBuilds = root["includes"] ?? true == true || root["providers"] == true
  }

  /// The entries of a source, whose URLs Satis takes to the letter.
  ///
  /// - Throws: `Refusal` when satis.json does not list the source, saying what to change.
  public func match(_ source: SatisBuild.Source) throws(Refusal) -> [Repository] {
    if let url = source.url {
      if let matches = entries(of: url) ?? alias(of: url).flatMap({ entries(of: $0.source) }) ?? folded(url) {
        return matches
      }
      throw Refusal(
        "satis.json lists no source '\(RedactedURL(url))'",
        remedy:
          "add {\"type\": \"vcs\", \"url\": \"\(RedactedURL(url))\"} to its repositories, or correct source.url"
      )
    }
    guard let package = source.package else { return [] }
    if let matches = byName[package] { return matches }
    throw Refusal(
      "no entry of satis.json's repositories has \"name\": \"\(package)\"",
      remedy: "add the name to the package's entry, or give source.url instead")
  }

  /// The entries that the URL itself names.
  private func entries(of url: String) -> [Repository]? {
    byURL[url] ?? SourceURL(url).flatMap { bySource[$0] }
  }

  /// The entries of the only source whose path differs from the URL's in nothing but letter case.
  private func folded(_ url: String) -> [Repository]? {
    SourceURL(url).flatMap { byFoldedSource[$0.folded] }.flatMap { bySource[$0] }
  }

  private func alias(of url: String) -> SatisRepository.SourceAlias? {
    let source = SourceURL(url)
    return aliases.first { $0.url == url || (source != nil && SourceURL($0.url) == source) }
  }
}

extension UInt8 {
  fileprivate var isPartOfName: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "._-".utf8.contains(self)
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
