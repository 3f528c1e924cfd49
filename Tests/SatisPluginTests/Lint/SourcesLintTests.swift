import SatisPlugin
import Testing

/// Mistakes in the sources of a satis.json, and in what is chosen of them.
@Suite struct SourcesLintTests {
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
    let text = SatisTexts.text("", sources: source)
    try SatisTexts.expect(words, remedy, .error, in: text)
    #expect(!"\(SatisTexts.lint(text).findings)".contains("secret"))
  }

  @Test func `one repository in two spellings is a warning, one name of two an error`() throws {
    let twice = SatisTexts.text(
      "",
      sources: """
        {"type": "vcs", "url": "https://git.example.org/acme/lib.git"}, {"type": "vcs", "url": "git@GIT.example.org:acme/lib"}
        """)
    try SatisTexts.expect(
      "repositories[1] is the same repository as repositories[0]", "remove one", .warning, in: twice)
    let named = SatisTexts.text(
      "",
      sources: """
        {"type": "vcs", "url": "https://h.org/a.git", "name": "a/b"}, {"type": "vcs", "url": "https://h.org/c.git", "name": "a/b"}
        """)
    try SatisTexts.expect("has the name 'a/b', as repositories[0] has", "its own package", .error, in: named)
  }

  @Test func `http is fine where satis.json says so, and a switched off packagist is no source`() {
    let text = SatisTexts.text(
      #""config": {"secure-http": false}"#,
      sources: #"{"type": "vcs", "url": "http://h.org/l.git"}, {"packagist.org": false}"#)
    #expect(SatisTexts.lint(text).findings == [])
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
    try SatisTexts.expect(
      words, remedy, .error, in: SatisTexts.text(#""require": \#(require)"#, sources: source))
  }

  @Test func `a package that no URL looks like is a warning, since a repository may be called otherwise`()
    throws
  {
    try SatisTexts.expect(
      "no source looks like 'acme/other'", "correct the name", .warning,
      in: SatisTexts.text(#""require": {"acme/other": "*"}"#))
    let open = SatisTexts.text(
      #""require": {"acme/other": "*"}"#, sources: #"{"type": "composer", "url": "https://repo.example.org"}"#
    )
    #expect(SatisTexts.lint(open).findings == [])
  }
}
