import SatisAPI
import Testing

@testable import SatisPlugin

/// Mistakes that a satis.json really has.
@Suite struct SatisLintTests {
  private static func lint(_ text: String) -> Lint {
    Lint([.init(name: "satis.json", bytes: Array(text.utf8))])
  }

  /// A satis.json that is good but for some members.
  private static func text(_ members: String, sources: String? = nil) -> String {
    """
    {
      "name": "acme/packages",
      "homepage": "https://packages.example.org",
      "repositories": [\(sources ?? #"{"type": "vcs", "url": "https://git.example.org/acme/lib.git"}"#)]\
    \(members.isEmpty ? "" : ",\n  \(members)")
    }
    """
  }

  private func expect(_ words: String, _ remedy: String, _ severity: Finding.Severity, in text: String) throws
  {
    let findings = Self.lint(text).findings
    let found = try #require(
      findings.first { $0.message.contains(words) }, "'\(words)' was not found: \(findings)")
    #expect(found.remedy.contains(remedy))
    #expect(found.severity == severity)
  }

  @Test func `a good satis.json has nothing wrong`() {
    let lint = Self.lint(
      Self.text(
        """
        "require": {"acme/lib": "^1.0 || dev-main", "php": ">=8.1"}, "archive": {"directory": "dist", "format": "zip"},
          "minimum-stability": "dev", "providers": true, "config": {"process-timeout": 600}
        """))
    #expect(lint.findings == [])
    #expect(lint.summary == "looked at 1 satis.json and objects: nothing is wrong")
  }

  @Test func `a mistake has its line and column`() {
    let findings = Self.lint(
      """
      {
        "name": "acme/packages",
        "homepage": "packages",
        "repositories": [
          {"type": "path", "url": "./lib"}
        ]
      }
      """
    ).findings
    #expect(findings.map { "\($0.line):\($0.column)" } == ["3:15", "5:14"])
    #expect(
      findings[0].description.hasPrefix(
        "satis.json:3:15: error: \"homepage\" is no URL: 'packages'\n    write"))
  }

  // MARK: - The whole

  @Test(arguments: [
    (#""require-all": "true""#, #""require-all" is a text"#, "write true without quotation marks"),
    (#""require": ["acme/lib"]"#, #""require" is a list"#, "write an object"),
    (#""providers-history-size": "3""#, "is a text and has to be a whole number", "write 3 without"),
    (#""minimum-stability": "stabel""#, "cannot be 'stabel'", "write stable"),
    (#""archive": {"format": "zip"}"#, #"archive has no "directory""#, #"write "directory": "dist""#),
    (#""archive": {"directory": "dist", "format": "rar"}"#, "cannot be 'rar'", "zip, tar"),
    (#""archive": {"directory": "../dist"}"#, "no path inside of the output", "as in dist"),
    (
      #""archive": {"directory": "d", "absolute-directory": "/srv"}"#, "absolute-directory",
      "use archive.directory"
    ),
    (
      #""archive": {"directory": "d", "prefix-url": "cdn"}"#, #""archive.prefix-url" is no URL"#,
      "with scheme and host"
    ),
    (#""reqiure-all": true"#, #"has no "reqiure-all""#, #"write "require-all""#),
    (#""archives": {"directory": "dist"}"#, #"has no "archives""#, #"write "archive""#),
    (#""require_all": true"#, #"has no "require_all""#, #"write "require-all""#),
    (#""require-all": true, "require-all": false"#, "is there twice", "remove one"),
    (#""require": {}"#, #""require" is empty"#, "remove it"),
    (#""strip-hosts": "git.example.org""#, #""strip-hosts" is a text"#, #"write ["git.example.org"]"#),
    (#""only-dependencies": true"#, "leaves nothing over", "require-dependencies"),
  ])
  func `a mistake in a member is an error`(members: String, words: String, remedy: String) throws {
    try expect(words, remedy, .error, in: Self.text(members))
  }

  @Test(arguments: [
    (#""archive": {"directory": "/dist"}"#, "taken to lie in the output", "write a relative one"),
    (#""output-dir": "/srv/satis""#, "output-dir counts for nothing", "spec.output"),
    (#""require-all": true, "require": {"acme/lib": "*"}"#, "require counts for nothing", "remove one"),
    (#""twig-template": "t.twig""#, "twig-template names a file", "mount the file"),
    (
      #""config": {"github-oauth": {"github.com": "x"}}"#, "config.github-oauth has credentials",
      "composerAuth"
    ),
    (#""includes": false"#, "every push builds everything", "set providers to true"),
    (#""something": 1"#, #""something" is not known"#, "_comment"),
  ])
  func `what is hardly meant is a warning`(members: String, words: String, remedy: String) throws {
    let text = Self.text(members)
    try expect(words, remedy, .warning, in: text)
    #expect(!Self.lint(text).hasErrors)
  }

  @Test(arguments: [
    (
      #"{"homepage": "https://x.org", "repositories": [{"type": "vcs", "url": "https://h/l"}]}"#,
      #"no "name""#
    ),
    (#"{"name": "a/b", "repositories": [{"type": "vcs", "url": "https://h/l"}]}"#, #"no "homepage""#),
    (#"{"name": "a/b", "homepage": "https://x.org"}"#, "lists no repositories"),
    (#"{"name": "a/b", "homepage": "https://x.org", "repositories": []}"#, "lists no repositories"),
    (#"{"name": "a/b", "homepage": "https://x.org", "repositories": "https://h/l"}"#, "is no list"),
    ("[]", "no JSON object"), ("", "there is nothing"),
  ])
  func `what is missing is an error`(text: String, words: String) {
    let findings = Self.lint(text).findings
    #expect(findings.contains { $0.message.contains(words) && $0.severity == .error }, "\(findings)")
  }

  @Test
  func `a homepage with a password is an error, one over http a warning, one inside of the cluster neither`()
  {
    func findings(_ homepage: String) -> [Finding] {
      Self.lint(Self.text("").replacing("https://packages.example.org", with: homepage)).findings
    }
    #expect(findings("https://me:secret@packages.example.org").map(\.severity) == [.error])
    #expect(findings("http://packages.example.org").map(\.severity) == [.warning])
    #expect(findings("http://satis-web.satis.svc") == [])
  }

  // MARK: - Sources

  @Test(arguments: [
    (#"{"type": "vcs", "url": "https://me:secret@h.org/l.git"}"#, "contains a password", "auth.json"),
    (#"{"type": "vcs", "url": "ext::sh -c date"}"#, "runs commands", "https or ssh"),
    (#"{"type": "artifact", "url": "zips"}"#, "reads the build pod's own files", "git repository"),
    (#"{"type": "vcs", "url": "/srv/git/lib"}"#, "a local path", "https or ssh"),
    (#"{"type": "vcs", "url": "http://h.org/l.git"}"#, "does not fetch over http://", "secure-http"),
    (#"{"url": "https://h.org/l.git"}"#, #"has no "type""#, #""type": "vcs""#),
    (#"{"type": "vcs"}"#, #"has no "url""#, "write the URL"),
    (#"{"type": "gti", "url": "https://h.org/l.git"}"#, "no type 'gti'", "write git"),
    (#"{"tpye": "vcs", "url": "https://h.org/l.git"}"#, #"has no "tpye""#, #"write "type""#),
    (#"{"type": "vcs", "ulr": "https://h.org/l.git"}"#, #"has no "ulr""#, #"write "url""#),
    (
      #""https://h.org/l.git""#, "is a text and has to be an object",
      #"{"type": "vcs", "url": "https://h.org/l.git"}"#
    ),
    (
      #"{"type": "vcs", "url": "https://h.org/l.git", "name": "Acme/Lib"}"#, "capital letters",
      "write acme/lib"
    ),
    (#"{"type": "vcs", "url": "https://h.org/l.git", "name": "lib"}"#, "no name of a package", "acme/lib"),
    (#"{"type": "vcs", "url": "https://h.org/l/tree/main"}"#, "the page of a branch", "clones it"),
    (
      #"{"type": "vcs", "url": "https://h.org/l.git?private_token=secret"}"#, "has a token in it", "auth.json"
    ),
    (
      #"{"type": "vcs", "url": "git@h.org:2222/a/l.git"}"#, "'2222' for a directory",
      "write ssh://git@h.org:2222/a/l.git"
    ),
    (#"{"type": "vcs", "url": "ssh://git@h.org:a/l.git"}"#, "'a' is no port", "write a slash"),
    (
      #"{"type": "vcs", "url": "https://github.com/acme"}"#, "an account at github.com",
      "for each of its repositories"
    ),
    (
      #"{"type": "vcs", "url": "https://repo.packagist.org"}"#, "a Composer repository",
      #""type": "composer""#
    ),
    (
      #"{"type": "composer", "url": "https://repo.packagist.org"}"#, "fetch all of Packagist",
      "in \"require\""
    ),
    (#"{"type": "composer", "url": "https://h.org/l.git"}"#, "this is git", #""type": "vcs""#),
    (#"{"type": "vcs", "url": ["https://h.org/l.git"]}"#, "url is a list", "as a text"),
    (#"{"type": "package"}"#, #"has no "package""#, "write the package out"),
  ])
  func `a mistake in a source is an error`(source: String, words: String, remedy: String) throws {
    let text = Self.text("", sources: source)
    try expect(words, remedy, .error, in: text)
    #expect(!"\(Self.lint(text).findings)".contains("secret"))
  }

  @Test func `one repository in two spellings is a warning, one name of two an error`() throws {
    let twice = Self.text(
      "",
      sources: """
        {"type": "vcs", "url": "https://git.example.org/acme/lib.git"}, {"type": "vcs", "url": "git@GIT.example.org:acme/lib"}
        """)
    try expect("repositories[1] is the same repository as repositories[0]", "remove one", .warning, in: twice)
    let named = Self.text(
      "",
      sources: """
        {"type": "vcs", "url": "https://h.org/a.git", "name": "a/b"}, {"type": "vcs", "url": "https://h.org/c.git", "name": "a/b"}
        """)
    try expect("has the name 'a/b', as repositories[0] has", "its own package", .error, in: named)
  }

  @Test func `http is fine where satis.json says so, and a switched off packagist is no source`() {
    let text = Self.text(
      #""config": {"secure-http": false}"#,
      sources: #"{"type": "vcs", "url": "http://h.org/l.git"}, {"packagist.org": false}"#)
    #expect(Self.lint(text).findings == [])
  }

  // MARK: - What is chosen

  @Test(arguments: [
    (
      #"{"acme/lib:dev-main": "*"}"#, "has a version or branch in the package's name",
      #""acme/lib": "dev-main""#
    ),
    (#"{"Acme/lib": "*"}"#, "capital letters", "write acme/lib"),
    (#"{"acme/lib": "main"}"#, "'main' is no version constraint", "write dev-main"),
    (#"{"acme/lib": ""}"#, "no version constraint", "write *"),
    (#"{"acme/other": "*"}"#, "no source has 'acme/other'", "add its repository"),
  ])
  func `a mistake in require is an error`(require: String, words: String, remedy: String) throws {
    let source = #"{"type": "vcs", "url": "https://git.example.org/acme/lib.git", "name": "acme/lib"}"#
    try expect(words, remedy, .error, in: Self.text(#""require": \#(require)"#, sources: source))
  }

  @Test func `a package that no URL looks like is a warning, since a repository may be called otherwise`()
    throws
  {
    try expect(
      "no source looks like 'acme/other'", "correct the name", .warning,
      in: Self.text(#""require": {"acme/other": "*"}"#))
    let open = Self.text(
      #""require": {"acme/other": "*"}"#, sources: #"{"type": "composer", "url": "https://repo.example.org"}"#
    )
    #expect(Self.lint(open).findings == [])
  }

  // MARK: - All at once

  @Test func `many mistakes in one file are all found, behind those of JSON itself, too`() {
    let lint = Self.lint(
      """
      {
        // our packages
        "name": "acme/packages",
        "homepage": "packages.example.org",
        "output-dir": "/srv",
        "repositories": [
          {"type": "vcs", "url": "https://jane:secret@git.example.org/acme/lib.git"},
          {"type": "vcs", "url": "git@git.example.org:acme/lib.git"},
          {"type": "path", "url": "../lib"},
          {"url": "https://git.example.org/acme/app.git"},
        ],
        "require-all": "yes",
        "minimum-stability": "unstable",
        "requires": {"acme/lib": "*"},
        "archive": {"directory": "dist", "absolute-directory": "/srv/dist"},
        "archive": {"directory": "dist"}
      }
      """)
    #expect(Set(lint.findings.map(\.line)) == [2, 4, 5, 7, 8, 9, 10, 12, 13, 14, 16])
    #expect(lint.hasErrors)
    #expect(lint.findings.allSatisfy { !$0.remedy.isEmpty })
  }

  /// So that what is refused later is found before.
  @Test(arguments: [
    #"{"name": "a/b"}"#, "{", "1", #"{"name": "a/b", "homepage": "https://x.org", "repositories": 1}"#,
    #"{"name": "a/b", "homepage": "https://x.org", "repositories": {"l": {"type": "path"}}}"#,
  ])
  func `what the controller refuses is an error in its words`(text: String) throws {
    let lint = Self.lint(text)
    #expect(lint.hasErrors)
    do throws(SatisConfiguration.Refusal) {
      _ = try SatisConfiguration(text: text)
      Issue.record("\(text) was not refused")
    } catch {
      guard error.problem != "satis.json is no JSON" else { return }
      #expect(lint.findings.contains { $0.message == error.problem && $0.remedy == error.remedy })
    }
  }
}
