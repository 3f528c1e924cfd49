import SatisAPI
import SatisPlugin
import Testing

@Suite struct RequestedSourceTests {
  @Test(arguments: [
    "https://git.example.org/acme/lib.git", "git@git.example.org:acme/lib.git",
    "ssh://git@git.example.org/acme/lib",
  ])
  func `a URL in any spelling is one`(word: String) throws {
    #expect(try RequestedSource.source(word, prune: false) == .init(url: word))
  }

  @Test func `vendor and name are a package, in lower case as Composer has it`() throws {
    #expect(try RequestedSource.source("Acme/Lib", prune: true) == .init(package: "acme/lib", prune: true))
  }

  @Test(arguments: ["lib", "acme/", "/lib", "acme/lib/more", "acme /lib", "-a/lib", ""])
  func `any other word is refused with an example of each`(word: String) {
    let error = #expect(throws: PluginFailure.self) { try RequestedSource.source(word, prune: false) }
    #expect(error?.exit == .usage)
    #expect(error?.description.contains("acme/lib.git") == true)
  }

  @Test func `a password is not written into a build, nor into the message that says so`() {
    let error = #expect(throws: PluginFailure.self) {
      try RequestedSource.source("https://me:hunter2@git.example.org/acme/lib.git", prune: false)
    }
    #expect(error?.exit == .usage)
    #expect(error?.description.contains("hunter2") == false)
  }

  @Test func `what satis.json does not list is refused before it is asked for`() throws {
    let configuration = try SatisConfiguration(
      text: """
        {"name": "acme/packages", "homepage": "https://packages.example.org",
         "repositories": [{"type": "vcs", "url": "https://git.example.org/acme/lib.git", "name": "acme/lib"}]}
        """)
    try RequestedSource.check(.init(package: "acme/lib"), in: configuration, of: "acme")
    try RequestedSource.check(.init(url: "git@git.example.org:acme/lib"), in: configuration, of: "acme")
    let error = #expect(throws: PluginFailure.self) {
      try RequestedSource.check(.init(package: "acme/app"), in: configuration, of: "acme")
    }
    #expect(error?.exit == .failed)
    #expect(error?.description.contains("acme/app") == true)
  }
}
