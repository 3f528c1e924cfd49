import InMemoryLogging
import KubernetesClient
import Logging
import SatisAPI
import Testing

/// What becomes of a push, by what satis.json lists.
@Suite struct SourceTests {
  let fixture = Fixture()
  private static let secrets = [KeyReference(name: "packages-webhook", key: "secret")]

  /// Lets the repository list other sources, or be otherwise different.
  private func list(_ sources: [String], _ change: (inout SatisRepository) -> Void = { _ in }) {
    var repository = Fixture.repository(secrets: Self.secrets, sources: sources)
    change(&repository)
    fixture.store.add(repository)
  }

  private func push(_ cloneURL: String = GitHubCalls.cloneURL) async throws -> Reply {
    try await fixture.send(GitHubCalls.push(cloneURL: cloneURL).signed())
  }

  @Test(arguments: [
    "https://github.com/acme/tools.git", "https://github.com/acme/tools", "git@github.com:acme/tools.git",
    "ssh://git@github.com/acme/tools", "git://github.com/acme/tools.git", "https://GitHub.com/acme/tools/",
  ])
  func `a source is found in whatever spelling satis.json has it`(listed: String) async throws {
    list([listed])
    #expect(try await push().builds.count == 1)
  }

  @Test func `a path in another letter case is the same source, unless satis.json lists both`() async throws {
    list(["https://github.com/Acme/Tools.git"])
    _ = try await push()
    #expect(fixture.store.builds.map(\.spec.source?.url) == [GitHubCalls.cloneURL])

    list(["https://github.com/Acme/Tools.git", "https://github.com/ACME/tools.git"])
    #expect(try await push("https://github.com/acme/TOOLS.git")["result"] == "ignored")
  }

  @Test func `every URL of the call is tried`() async throws {
    list(["git@github.com:acme/tools.git"])
    let reply = try await push("https://elsewhere.example.com/acme/tools.git")
    #expect(reply.status == 202)
    #expect(fixture.store.builds.first?.spec.source?.url == "git@github.com:acme/tools.git")
  }

  @Test func `a source that is listed twice is built under both of its URLs`() async throws {
    list([GitHubCalls.cloneURL, "git@github.com:acme/tools.git", "https://git.example.com/other.git"])
    let reply = try await push()
    #expect(reply.builds.count == 2)
    #expect(reply["build"] == reply.builds.first)
    #expect(
      Set(fixture.store.builds.map(\.spec.source?.url)) == [
        GitHubCalls.cloneURL, "git@github.com:acme/tools.git",
      ])
    #expect(try await push()["result"] == "duplicate")
  }

  @Test func `a source that is not listed is a success that names it and what to do`() async throws {
    list(["https://github.com/acme/other.git"])
    let reply = try await push()

    #expect(reply.status == 200)
    #expect(reply["result"] == "ignored")
    #expect(
      reply["reason"]
        == "SatisRepository 'packages' does not list 'https://github.com/acme/tools.git'; add it to the repositories of "
        + "satis.json, or, where another URL of the same source is there, to spec.sourceAliases")
    #expect(fixture.store.builds.isEmpty)
    #expect(fixture.logs.entries.map(\.level) == [.info])
  }

  @Test func `the package of a generic call is looked for as well`() async throws {
    #expect(try await fixture.send(GenericTests.call(#"{"package":"acme/tools"}"#)).status == 202)
    let reply = try await fixture.send(GenericTests.call(#"{"package":"acme/unknown"}"#))
    #expect(reply["result"] == "ignored")
    #expect(reply["reason"]?.contains("'acme/unknown'") == true)
  }

  @Test func `a token in a URL of the call is shown nowhere`() async throws {
    list(["https://github.com/acme/other.git"])
    let reply = try await push("https://hunter2@github.com/acme/tools.git")
    #expect(reply["reason"]?.contains("'https://github.com/acme/tools.git'") == true)
    #expect(!reply.body.contains("hunter2"))
    #expect(!fixture.logText.contains("hunter2"))
  }

  @Test func `an alias stands for its source`() async throws {
    list(["https://git.example.com/acme/tools.git"]) {
      $0.spec.sourceAliases = [
        .init(url: "git@github.com:acme/tools", source: "https://git.example.com/acme/tools.git")
      ]
    }
    #expect(try await push().status == 202)
    #expect(fixture.store.builds.first?.spec.source?.url == GitHubCalls.cloneURL)
  }

  @Test func `unknownSource FullBuild builds everything, once a delivery`() async throws {
    list(["https://github.com/acme/other.git"]) { $0.spec.webhook?.unknownSource = .fullBuild }
    #expect(try await push().status == 202)
    #expect(try await push()["result"] == "duplicate")
    #expect(fixture.store.builds.map(\.spec.source) == [nil])
    #expect(fixture.store.builds.first?.spec.trigger?.commit == GitHubCalls.commit)
  }

  @Test func `unknownSource FullBuild leaves a listed source as it is`() async throws {
    list([GitHubCalls.cloneURL]) { $0.spec.webhook?.unknownSource = .fullBuild }
    _ = try await push()
    #expect(fixture.store.builds.map(\.spec.source?.url) == [GitHubCalls.cloneURL])
  }

  // MARK: - Where satis.json is

  @Test func `a satis.json in a ConfigMap counts as it is now`() async throws {
    list([]) {
      $0.spec.config = .init(configMapKeyRef: .init(name: "config", key: "satis.json"))
    }
    fixture.store.add(configMap: "config", ["satis.json": Fixture.satisJSON([])])
    #expect(try await push()["result"] == "ignored")
    fixture.store.add(configMap: "config", ["satis.json": Fixture.satisJSON([GitHubCalls.cloneURL])])
    #expect(try await push()["result"] == "created")
  }

  @Test func `a satis.json in a Secret is read as well`() async throws {
    list([]) { $0.spec.config = .init(secretKeyRef: .init(name: "config", key: "satis.json")) }
    fixture.store.add(secret: "config", ["satis.json": Fixture.satisJSON([])])
    #expect(try await push()["result"] == "ignored")
  }

  @Test(arguments: ["{", #"{"name": "acme/packages"}"#, ""])
  func `a satis.json that is refused loses no push`(text: String) async throws {
    list([]) { $0.spec.config = .init(inline: text) }
    #expect(try await push().status == 202)
    #expect(fixture.store.builds.first?.spec.source?.url == GitHubCalls.cloneURL)
  }

  @Test(arguments: [
    (404, "NotFound"), (403, "Forbidden"), (500, "InternalError"), (503, "ServiceUnavailable"),
  ])
  func `a satis.json that cannot be read loses no push`(code: Int, reason: String) async throws {
    list([]) { $0.spec.config = .init(configMapKeyRef: .init(name: "config", key: "satis.json")) }
    fixture.store.fail(.configMap, .status(code, reason))
    #expect(try await push().status == 202)
    #expect(fixture.store.builds.count == 1)
  }

  @Test func `everything is built where nobody knows which of the names satis.json will have`() async throws {
    list([]) { $0.spec.config = .init(configMapKeyRef: .init(name: "config", key: "satis.json")) }
    #expect(try await push("https://elsewhere.example.com/acme/tools.git").status == 202)
    #expect(fixture.store.builds.count == 1)
    #expect(fixture.store.builds.first?.spec.source == nil)
  }

  @Test func `nothing is read of satis.json before the secret has been shown`() async throws {
    list([]) { $0.spec.config = .init(configMapKeyRef: .init(name: "config", key: "satis.json")) }
    _ = try await fixture.send(GitHubCalls.push().signed(with: "wrong"))
    #expect(!fixture.store.requests.contains { $0.contains("ConfigMap") })
  }
}
