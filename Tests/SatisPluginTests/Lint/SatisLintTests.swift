import SatisAPI
import Testing

@testable import SatisPlugin

/// Mistakes that a satis.json really has.
@Suite struct SatisLintTests {
  @Test func `a good satis.json has nothing wrong`() {
    let lint = SatisTexts.lint(
      SatisTexts.text(
        """
        "require": {"acme/lib": "^1.0 || dev-main", "php": ">=8.1"}, "archive": {"directory": "dist", "format": "zip"},
          "minimum-stability": "dev", "providers": true, "config": {"process-timeout": 600}
        """))
    #expect(lint.findings == [])
    #expect(lint.summary == "looked at 1 satis.json and objects: nothing is wrong")
  }

  @Test func `a mistake has its line and column`() {
    let findings = SatisTexts.lint(
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
    try SatisTexts.expect(words, remedy, .error, in: SatisTexts.text(members))
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
    let text = SatisTexts.text(members)
    try SatisTexts.expect(words, remedy, .warning, in: text)
    #expect(!SatisTexts.lint(text).hasErrors)
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
    let findings = SatisTexts.lint(text).findings
    #expect(findings.contains { $0.message.contains(words) && $0.severity == .error }, "\(findings)")
  }

  @Test
  func `a homepage with a password is an error, one over http a warning, one inside of the cluster neither`()
  {
    func findings(_ homepage: String) -> [Finding] {
      SatisTexts.lint(SatisTexts.text("").replacing("https://packages.example.org", with: homepage)).findings
    }
    #expect(findings("https://me:secret@packages.example.org").map(\.severity) == [.error])
    #expect(findings("http://packages.example.org").map(\.severity) == [.warning])
    #expect(findings("http://satis-web.satis.svc") == [])
  }

  // MARK: - All at once

  @Test func `many mistakes in one file are all found, behind those of JSON itself, too`() {
    let lint = SatisTexts.lint(
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
    let lint = SatisTexts.lint(text)
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
