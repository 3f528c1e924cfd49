import KubernetesClient
import SatisAPI
import Testing

/// Every refusal names the place and the remedy.
@Suite struct RefusedConfigurationTests {
  private func refusal(_ text: String) -> String {
    do throws(SatisConfiguration.Refusal) {
      _ = try SatisConfiguration(text: text)
      Issue.record("\(text) was expected to be refused")
      return ""
    } catch {
      return error.description
    }
  }

  private func refusal(ofEntry entry: String) -> String {
    refusal(
      """
      {"name": "acme/packages", "homepage": "https://packages.example.org", "repositories": [
        {"type": "vcs", "url": "git@git.example.org:acme/lib.git"}, \(entry)]}
      """)
  }

  private func refusal(ofURL url: String, type: String = "vcs") -> String {
    refusal(ofEntry: #"{"type": "\#(type)", "url": "\#(url)"}"#)
  }

  @Test(arguments: ["", "{", "name: acme/packages"])
  func `what is no JSON is told how to find the mistake`(text: String) {
    #expect(refusal(text) == "satis.json is no JSON; `kubectl satis lint satis.json` shows the line")
  }

  @Test(arguments: ["[]", "1", "null", #""text""#])
  func `what is no object is shown what one looks like`(text: String) {
    #expect(refusal(text) == #"satis.json is no JSON object; write it as in {"name": …}"#)
  }

  @Test(arguments: [
    (#"{"homepage": "https://x"}"#, "name"), (#"{"name": "a/b"}"#, "homepage"),
    (#"{"name": "", "homepage": "https://x"}"#, "name"), (#"{"name": "a/b", "homepage": 1}"#, "homepage"),
  ])
  func `what Satis requires is named`(text: String, field: String) {
    #expect(
      refusal(text).hasPrefix(#"satis.json has no "\#(field)", which Satis requires; write "\#(field)": "#))
  }

  @Test func `where packages find what they need is looked at as well`() {
    let message = refusal(
      """
      {"name": "a/b", "homepage": "https://x", "repositories-dep": [
        {"type": "vcs", "url": "https://u:hunter2@git.example.org/a.git"}]}
      """)
    #expect(message.contains("repositories-dep"))
    #expect(message.contains("the URL contains a password or token"))
    #expect(!message.contains("hunter2"))
    #expect(
      refusal(#"{"name": "a/b", "homepage": "https://x", "repositories-dep": 1}"#)
        .contains(#""repositories-dep" is no list"#))
  }

  @Test(arguments: [#"["API-TOKEN: hunter2"]"#, #""API-TOKEN: hunter2""#])
  func `headers for a Composer repository, which Satis would publish, are refused`(header: String) {
    let message = refusal(
      ofEntry: #"{"type": "composer", "url": "https://up/", "options": {"http": {"header": \#(header)}}}"#)
    #expect(message.contains("options.http.header, which Satis would publish with each package"))
    #expect(message.contains("spec.credentials.composerAuth"))
    #expect(!message.contains("hunter2"))
  }

  @Test func `archives outside the output are refused`() {
    let message = refusal(
      #"{"name": "a/b", "homepage": "https://x", "archive": {"directory": "dist", "absolute-directory": "/srv"}}"#
    )
    #expect(message.contains("archive.absolute-directory"))
    #expect(message.contains("use archive.directory"))
  }

  @Test(arguments: ["p2", "p", "include", "p2/dist", "./include/", "/p2", "dist/../p"])
  func `archives among the metadata of Satis are refused`(directory: String) {
    #expect(
      refusal(#"{"name": "a/b", "homepage": "https://x", "archive": {"directory": "\#(directory)"}}"#)
        == "satis.json sets archive.directory to '\(directory)', which would put archives among Satis's own metadata; "
        + "use another directory than include, p and p2, as in dist")
  }

  @Test func `includes that lead out of the release are refused`() {
    #expect(
      refusal(#"{"name": "a/b", "homepage": "https://x", "include-filename": "../all$%hash%.json"}"#)
        .hasPrefix("satis.json sets include-filename to '../all$%hash%.json', which leads out of the release")
    )
  }

  @Test func `a URL is no longer than a claim can hold`() {
    let url = "https://git.example.org/" + String(repeating: "a", count: 2_048)
    #expect(refusal(ofURL: url).hasSuffix("a URL has more than 2048 characters; shorten it"))
  }

  @Test(arguments: ["dist", "p3", "packages/p2", "p2/../dist", "P2"])
  func `archives in a directory of their own are not`(directory: String) throws {
    let root = try JSONValue(
      parsing: #"{"name": "a/b", "homepage": "https://x", "archive": {"directory": "\#(directory)"}}"#.utf8)
    #expect(SatisConfiguration.refusals(of: root).isEmpty)
  }

  @Test(arguments: [#""https://x""#, "1", "true"])
  func `repositories that are no list are refused`(repositories: String) {
    let text = #"{"name": "a/b", "homepage": "https://x", "repositories": \#(repositories)}"#
    #expect(
      refusal(text)
        == #"satis.json: "repositories" is no list; write it as in [{"type": "vcs", "url": …}]"#)
  }

  @Test func `a satis.json that does not fit beside the runner is refused`() {
    let padding = String(repeating: " ", count: 800_000)
    let message = refusal(#"{"name": "a/b", "homepage": "https://x"\#(padding)}"#)
    #expect(message.contains("more than the 786432 that fit into a snapshot"))
    #expect(message.contains("split it"))
  }

  // MARK: - Entries

  @Test(arguments: ["path", "artifact"])
  func `types that read the pod's files are refused`(type: String) {
    let message = refusal(ofURL: "packages/lib", type: type)
    #expect(message.hasPrefix("satis.json: repositories[1] (packages/lib): the type '\(type)'"))
    #expect(message.hasSuffix("use a git repository instead"))
  }

  @Test(arguments: [
    "https://user:secret@git.example.org/acme/lib.git", "https://secret@git.example.org/acme/lib.git",
    "HTTPS://secret@git.example.org/acme/lib.git", " https://secret@git.example.org/acme/lib.git",
    "ssh://git:secret@git.example.org/acme/lib.git",
  ])
  func `a secret in a URL is refused without being shown`(url: String) {
    let message = refusal(ofURL: url)
    #expect(message.contains("***@git.example.org/acme/lib.git): the URL contains a password or token"))
    #expect(message.hasSuffix("put it into auth.json and name that in spec.credentials.composerAuth"))
    #expect(!message.contains("secret@"))
  }

  @Test(arguments: [
    "https://git.example.org/acme/lib.git?private_token=secret",
    "https://git.example.org/acme/lib?x=1&KEY=secret",
    "https://git.example.org/acme/lib.git#access_token=secret",
    "git@git.example.org:acme/lib.git?token=secret",
  ])
  func `a token in the query of a URL is refused without being shown`(url: String) {
    let message = refusal(ofURL: url)
    #expect(message.contains("=***): the URL has a token in its query, which Satis would publish"))
    #expect(message.hasSuffix("put it into auth.json and name that in spec.credentials.composerAuth"))
    #expect(!message.contains("secret"))
  }

  @Test func `what only looks like a token in a name or a query is no secret`() throws {
    _ = try SatisConfiguration(
      text: """
        {"name": "acme/packages", "homepage": "https://packages.example.org", "repositories": [
          {"type": "vcs", "url": "https://git.example.org/acme/global-configuration.git"},
          {"type": "composer", "url": "https://packages.example.org/acme?token=&ref=main&keys=all"}]}
        """)
  }

  @Test(arguments: ["ext::sh -c date", "git+ext::sh"])
  func `a URL that runs a command is refused`(url: String) {
    #expect(refusal(ofURL: url).hasSuffix("'ext::' runs commands; use https or ssh"))
  }

  @Test(arguments: ["--upload-pack=date", "-"])
  func `a URL that looks like an option is refused`(url: String) {
    #expect(refusal(ofURL: url).hasSuffix("a URL cannot start with '-'; use https or ssh"))
  }

  @Test(arguments: [
    "file:///srv/lib", "FILE:///srv/lib", "file:/srv/lib", "/srv/lib", "./lib", "../lib", "~/lib", "lib",
    "packages/lib",
    " /srv/lib",
  ])
  func `a local path is refused`(url: String) {
    #expect(refusal(ofURL: url).hasSuffix("a local path means nothing in the build pod; use https or ssh"))
  }

  @Test(arguments: [
    #"{"type": "package", "package": {"name": "a/b", "source": {"type": "git", "url": "ext::sh"}}}"#,
    #"{"type": "package", "package": [{"name": "a/b", "dist": {"type": "zip", "url": "file:///etc"}}]}"#,
    #"{"type": "package", "package": {"dist": {"type": "zip", "url": "https://secret@example.org/x.zip"}}}"#,
    #"{"type": "package", "package": {"dist": {"type": "zip", "url": "https://example.org/x.zip?sig=secret"}}}"#,
  ])
  func `the sources of a package that is written out are held to the same rules`(entry: String) {
    let message = refusal(ofEntry: entry)
    #expect(message.hasPrefix("satis.json: repositories[1] ("))
    #expect(!message.contains("secret"))
  }

  @Test func `an entry in an object is named by its key`() {
    let message = refusal(
      #"{"name": "a/b", "homepage": "https://x", "repositories": {"lib": {"type": "path", "url": "lib"}}}"#)
    #expect(message.hasPrefix("satis.json: repositories.lib (lib): the type 'path'"))
  }

  // MARK: - All of them

  @Test func `every refusal says where it is`() throws {
    let root = try JSONValue(
      parsing: #"""
        {"homepage": "", "archive": {"absolute-directory": "/srv", "directory": "p"}, "repositories": [
          {"type": "path", "url": "lib"}, {"packagist.org": false},
          {"type": "package", "package": [{"dist": {"url": "file:///etc"}}]}]}
        """#.utf8)
    #expect(
      SatisConfiguration.refusals(of: root).map(\.path.description) == [
        "", "homepage", "archive.absolute-directory", "archive.directory", "repositories[0].type",
        "repositories[2].package[0].dist.url",
      ])
  }
}
