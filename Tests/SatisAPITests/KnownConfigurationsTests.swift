import KubernetesClient
import Synchronization
import Testing

@testable import SatisAPI

@Suite struct KnownConfigurationsTests {
  private static let text =
    #"{"name": "a/b", "homepage": "https://x", "repositories": [{"type": "vcs", "url": "https://git.example.org/a.git"}]}"#

  /// Which texts were read.
  private final class Reader: Sendable {
    private let texts = Mutex<[String]>([])

    var read: [String] { texts.withLock { $0 } }

    func known(limit: Int = 10) -> KnownConfigurations {
      KnownConfigurations(limit: limit) { text, aliases in
        self.texts.withLock { $0.append(text) }
        do throws(SatisConfiguration.Refusal) {
          return .success(try SatisConfiguration(text: text, aliases: aliases))
        } catch {
          return .failure(error)
        }
      }
    }
  }

  private func key(_ name: String) -> NamespacedName { NamespacedName(namespace: "shop", name: name) }

  @Test func `a satis.json is read once for as long as it stays the same`() throws {
    let reader = Reader()
    let known = reader.known()
    for _ in 0..<3 {
      let configuration = try known.configuration(of: key("r"), text: Self.text, aliases: [])
      #expect(configuration == (try SatisConfiguration(text: Self.text)))
    }
    #expect(reader.read == [Self.text])
  }

  @Test func `another text, other aliases and another repository are read for themselves`() throws {
    let reader = Reader()
    let known = reader.known()
    let alias = SatisRepository.SourceAlias(
      url: "https://mirror.example.org/a.git", source: "https://git.example.org/a.git")
    let pushed = SatisBuild.Source(url: alias.url)
    #expect(throws: SatisConfiguration.Refusal.self) {
      try known.configuration(of: key("r"), text: Self.text, aliases: []).match(pushed)
    }
    let matches = try known.configuration(of: key("r"), text: Self.text, aliases: [alias]).match(pushed)
    #expect(matches.map(\.url) == [alias.source])
    let changed = Self.text + "\n"
    #expect(try known.configuration(of: key("r"), text: changed, aliases: [alias]).text == changed)
    _ = try known.configuration(of: key("other"), text: changed, aliases: [alias])
    #expect(reader.read == [Self.text, Self.text, changed, changed])
  }

  @Test func `a refusal is known as well`() {
    let reader = Reader()
    let known = reader.known()
    for _ in 0..<2 {
      #expect(throws: SatisConfiguration.Refusal.self) {
        try known.configuration(of: key("r"), text: "{}", aliases: [])
      }
    }
    #expect(reader.read == ["{}"])
  }

  @Test func `no more are kept than the limit says`() throws {
    let reader = Reader()
    let known = reader.known(limit: 1)
    for name in ["a", "b", "b", "a"] {
      _ = try known.configuration(of: key(name), text: Self.text, aliases: [])
    }
    #expect(reader.read.count == 3)
  }
}
