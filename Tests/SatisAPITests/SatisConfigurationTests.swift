import Testing

@testable import SatisAPI

@Suite struct SatisConfigurationTests {
  private func configuration(
    _ repositories: String, more: String = "", aliases: [SatisRepository.SourceAlias] = []
  ) throws(SatisConfiguration.Refusal) -> SatisConfiguration {
    try SatisConfiguration(
      text: #"{"name": "acme/packages", "homepage": "https://packages.example.org", "#
        + #""repositories": \#(repositories)\#(more)}"#, aliases: aliases)
  }

  private func refusal(_ body: () throws(SatisConfiguration.Refusal) -> Any) -> String {
    do throws(SatisConfiguration.Refusal) {
      Issue.record("\(try body()) was expected to be refused")
      return ""
    } catch {
      return error.description
    }
  }

  // MARK: - Reading

  @Test func `the entries are read in the order of the file`() throws {
    let configuration = try configuration(
      """
      [{"type": "vcs", "url": "https://git.example.org/acme/lib.git", "name": "acme/lib"},
       {"type": "composer", "url": "https://repo.example.org"},
       {"type": "package", "package": {"name": "acme/fixed", "version": "1.0.0"}}]
      """)
    #expect(
      configuration.repositories == [
        .init(type: "vcs", url: "https://git.example.org/acme/lib.git", name: "acme/lib"),
        .init(type: "composer", url: "https://repo.example.org", name: nil),
        .init(type: "package", url: nil, name: nil),
      ])
  }

  @Test func `entries may be members of an object, as in a composer.json`() throws {
    let configuration = try configuration(
      """
      {"lib": {"type": "vcs", "url": "git@git.example.org:acme/lib.git"}, "packagist.org": false,
       "app": {"type": "vcs", "url": "git@git.example.org:acme/app.git"}}
      """)
    #expect(
      configuration.repositories.compactMap(\.url) == [
        "git@git.example.org:acme/app.git", "git@git.example.org:acme/lib.git",
      ])
  }

  @Test func `switching a default repository off names no source`() throws {
    let configuration = try configuration(
      #"[{"packagist.org": false}, {"packagist": false}, {"type": "vcs", "url": "git@git.example.org:acme/lib.git"}]"#
    )
    #expect(configuration.repositories.count == 1)
  }

  @Test(arguments: ["", #", "repositories": []"#])
  func `a configuration may have no repositories`(more: String) throws {
    let text = #"{"name": "acme/packages", "homepage": "https://packages.example.org"\#(more)}"#
    #expect(try SatisConfiguration(text: text).repositories.isEmpty)
  }

  @Test func `the text is kept to the letter and the hash is that of the text`() throws {
    let text = #"{ "name":"a/b", "homepage":"https://x" }"# + "\n"
    let configuration = try SatisConfiguration(text: text)
    #expect(configuration.text == text)
    #expect(configuration.hash == "033ace0aae88eed7e72d8e94c6e9f732342fa713ddc1363c623a45e77d7aa817")
    #expect(try SatisConfiguration(text: text + " ").hash != configuration.hash)
  }

  // MARK: - Matching

  private static let sources = """
    [{"type": "vcs", "url": "https://git.example.org/acme/lib.git", "name": "acme/lib"},
     {"type": "git", "url": "git@git.example.org:acme/app.git"},
     {"type": "vcs", "url": "ssh://git@git.example.org/acme/app"},
     {"type": "vcs", "url": "https://git.example.org/acme/one", "name": "acme/twice"},
     {"type": "vcs", "url": "https://git.example.org/acme/two", "name": "acme/twice"},
     {"type": "composer", "url": "https://repo.example.org"}]
    """

  @Test(arguments: [
    ("https://git.example.org/acme/lib.git", ["https://git.example.org/acme/lib.git"]),
    ("git@git.example.org:acme/lib", ["https://git.example.org/acme/lib.git"]),
    (
      "https://git.example.org/acme/app",
      ["git@git.example.org:acme/app.git", "ssh://git@git.example.org/acme/app"]
    ),
    ("git@git.example.org:acme/app.git", ["git@git.example.org:acme/app.git"]),
    ("https://repo.example.org", ["https://repo.example.org"]),
  ])
  func `a source is given to Satis in the spelling of satis.json`(url: String, expected: [String]) throws {
    #expect(try configuration(Self.sources).match(.init(url: url)).map(\.url) == expected)
  }

  @Test func `a source may be named by its package`() throws {
    let configuration = try configuration(Self.sources)
    #expect(
      try configuration.match(.init(package: "acme/lib")).map(\.url) == [
        "https://git.example.org/acme/lib.git"
      ])
    #expect(
      try configuration.match(.init(package: "acme/twice")).map(\.url)
        == ["https://git.example.org/acme/one", "https://git.example.org/acme/two"])
  }

  @Test func `a URL counts more than the package beside it, and no source is all of them`() throws {
    let configuration = try configuration(Self.sources)
    let both = SatisBuild.Source(url: "https://git.example.org/acme/one", package: "acme/lib")
    #expect(try configuration.match(both).map(\.url) == ["https://git.example.org/acme/one"])
    #expect(try configuration.match(.init()).isEmpty)
  }

  @Test func `a source that is not listed is refused with the entry to add, without its secrets`() throws {
    let configuration = try configuration(Self.sources)
    let message = refusal { () throws(SatisConfiguration.Refusal) in
      try configuration.match(.init(url: "https://token@git.example.org/acme/other.git"))
    }
    #expect(
      message == """
        satis.json lists no source 'https://***@git.example.org/acme/other.git'; add {"type": "vcs", "url": \
        "https://***@git.example.org/acme/other.git"} to its repositories, or correct source.url
        """)
    #expect(
      refusal { () throws(SatisConfiguration.Refusal) in try configuration.match(.init(url: "no URL")) }
        .contains("lists no source 'no URL'"))
  }

  private static let aliases = [
    SatisRepository.SourceAlias(
      url: "https://git.example.org/scm/ACME/lib.git", source: "git@git.example.org:acme/lib"),
    SatisRepository.SourceAlias(
      url: "https://git.example.org/acme/one", source: "https://git.example.org/acme/two"),
    SatisRepository.SourceAlias(
      url: "https://git.example.org/acme/gone", source: "https://git.example.org/acme/other"),
  ]

  @Test(arguments: [
    "https://git.example.org/scm/ACME/lib.git", "ssh://git@git.example.org:7999/scm/ACME/lib",
  ])
  func `a source is found by an alias in any spelling`(url: String) throws {
    let configuration = try configuration(Self.sources, aliases: Self.aliases)
    #expect(try configuration.match(.init(url: url)).map(\.url) == ["https://git.example.org/acme/lib.git"])
  }

  @Test func `a URL that satis.json lists is no alias of another`() throws {
    let configuration = try configuration(Self.sources, aliases: Self.aliases)
    let matches = try configuration.match(.init(url: "https://git.example.org/acme/one"))
    #expect(matches.map(\.url) == ["https://git.example.org/acme/one"])
  }

  @Test func `an alias of a source that is not listed names none`() throws {
    let configuration = try configuration(Self.sources, aliases: Self.aliases)
    let message = refusal { () throws(SatisConfiguration.Refusal) in
      try configuration.match(.init(url: "https://git.example.org/acme/gone"))
    }
    #expect(message.contains("satis.json lists no source 'https://git.example.org/acme/gone'"))
  }

  @Test func `a package that no entry names is refused with what to add`() throws {
    let configuration = try configuration(Self.sources)
    let message = refusal { () throws(SatisConfiguration.Refusal) in
      try configuration.match(.init(package: "acme/app"))
    }
    #expect(
      message.contains(#"has "name": "acme/app"; add the name to the package's entry, or give source.url"#))
  }
}
