import HTTPTypes
import InMemoryLogging
import KubernetesClient
import Logging
import SatisAPI
import Testing

@testable import SatisWebhook

/// One hook of an organisation for all repositories of a namespace.
@Suite struct NamespaceTests {
  let fixture = Fixture()
  private static let other = "https://github.com/acme/other.git"

  private func add(_ name: String, secret: String, sources: [String]) {
    fixture.store.add(secret: "\(name)-webhook", ["secret": secret])
    fixture.store.add(
      Fixture.repository(
        name, uid: name, secrets: [KeyReference(name: "\(name)-webhook", key: "secret")], sources: sources))
  }

  private func send(_ call: Call, _ path: String = "/satis") async throws -> Reply {
    try await fixture.send(.post, path, call)
  }

  @Test(arguments: ["/satis", "/satis/", "/satis/-", "/satis/-/github"])
  func `every repository that lists the source and has the secret gets a build`(path: String) async throws {
    add("second", secret: Fixture.secret, sources: [GitHubCalls.cloneURL])
    add("unconcerned", secret: Fixture.secret, sources: [Self.other])
    add("foreign", secret: "another secret", sources: [GitHubCalls.cloneURL])
    let reply = try await send(GitHubCalls.push().signed(), path)

    #expect(reply.status == 202, "\(reply.body)")
    #expect(Set(fixture.store.builds.map(\.spec.repositoryRef.name)) == ["packages", "second"])
    #expect(Set(reply.builds) == Set(fixture.store.builds.map(\.metadata.name)))
    #expect(try await send(GitHubCalls.push().signed(), path)["result"] == "duplicate")
  }

  @Test func `a call to a namespace and one to a repository are the same delivery`() async throws {
    let first = try await send(GitHubCalls.push().signed())
    let second = try await fixture.send(GitHubCalls.push().signed())
    #expect(second["result"] == "duplicate")
    #expect(second["build"] == first["build"])
  }

  @Test func `any of the repositories' secrets lets a call in, to those that have it`() async throws {
    add("second", secret: "another secret", sources: [GitHubCalls.cloneURL])
    _ = try await send(GitHubCalls.push().signed(with: "another secret"))
    #expect(fixture.store.builds.map(\.spec.repositoryRef.name) == ["second"])
  }

  @Test func `a source that none of them lists is ignored, even where a full build is asked for`()
    async throws
  {
    var repository = Fixture.repository(
      secrets: [.init(name: "packages-webhook", key: "secret")], sources: [Self.other])
    repository.spec.webhook?.unknownSource = .fullBuild
    fixture.store.add(repository)
    let reply = try await send(GitHubCalls.push().signed())

    #expect(reply.status == 200)
    #expect(
      reply["reason"]?.contains("no SatisRepository of the namespace that has this secret lists") == true)
    #expect(reply["reason"]?.contains(GitHubCalls.cloneURL) == true)
    #expect(fixture.store.builds.isEmpty)
  }

  @Test func `a satis.json that is refused loses no push`() async throws {
    var broken = Fixture.repository(
      "broken", uid: "broken", secrets: [.init(name: "packages-webhook", key: "secret")])
    broken.spec.config = .init(inline: "{")
    fixture.store.add(broken)
    _ = try await send(GitHubCalls.push().signed())
    #expect(Set(fixture.store.builds.map(\.spec.repositoryRef.name)) == ["broken", "packages"])
  }

  @Test func `who does not get in learns no more than at a repository`() async throws {
    add("keyless", secret: "", sources: [GitHubCalls.cloneURL])
    let wrong = GitHubCalls.push().signed(with: "wrong")
    let replies = [
      try await fixture.send(wrong),
      try await send(wrong),
      try await send(GitHubCalls.push().signed(with: "")),
      try await send(GitHubCalls.push()),
      try await send(GitHubCalls.push().signed(), "/other"),
      try await send(GitHubCalls.push().signed(), "/.."),
      try await send(GitHubCalls.push().signed(), "/Satis"),
    ]
    #expect(replies.allSatisfy { $0.status == 401 })
    #expect(Set(replies.map(\.body)).count == 1)
    #expect(fixture.store.builds.isEmpty)
  }

  @Test func `a namespace that is not served is asked for nothing`() async throws {
    _ = try await send(GitHubCalls.push().signed(), "/other")
    _ = try await send(GitHubCalls.push().signed(), "/a%2Fb")
    #expect(fixture.store.requests.isEmpty)
  }

  @Test func `a secret that many repositories have is read once`() async throws {
    for number in 0..<30 {
      fixture.store.add(
        Fixture.repository(
          "r\(number)", uid: "\(number)", secrets: [.init(name: "packages-webhook", key: "secret")]))
    }
    let reply = try await send(GitHubCalls.push().signed())
    #expect(reply.builds.count == 31)
    #expect(fixture.store.requests.count { $0 == "get Secret satis/packages-webhook" } == 1)
  }

  @Test(arguments: [FakeStore.Request.repositories, .secret, .create])
  func `an API server that fails makes the host come again`(request: FakeStore.Request) async throws {
    fixture.store.fail(request, .status(503, "ServiceUnavailable"))
    let reply = try await send(GitHubCalls.push().signed())
    #expect(reply.status == 503)
    #expect(fixture.store.builds.isEmpty)
  }

  @Test func `one that this version cannot read is not passed over in silence`() async throws {
    fixture.store.addUnreadable("newer")
    let reply = try await send(GitHubCalls.push().signed())
    #expect(reply.status == 202)
    #expect(fixture.store.builds.map(\.spec.repositoryRef.name) == ["packages"])
    #expect(fixture.logs.entries.map(\.level) == [.warning, .info])
    #expect(
      fixture.logText.contains("this version cannot read SatisRepository satis/newer: spec.state is unknown"))
    #expect(!reply.body.contains("newer"))

    let stranger = try await send(GitHubCalls.push().signed(with: "wrong"))
    #expect(stranger.status == 401)
  }

  @Test func `secrets that nobody waits for any more are no refusal`() async throws {
    let delivery = Delivery(headers: Headers([]), body: [], time: Fixture.time)
    let (admissions, _) = try await Admission.all(in: "satis", served: nil, store: fixture.store)
    let refusal = await Task {
      withUnsafeCurrentTask { $0?.cancel() }
      do throws(Refusal) {
        _ = try NamespaceAdmission(delivery, proof: .token([]), among: admissions, unreadable: [])
        return nil as Refusal?
      } catch {
        return error
      }
    }.value
    #expect(refusal == .unavailable("the secrets could not be tried in time"))
  }

  @Test
  func `a namespace in which the service has no rights looks like one that is not there, but for the log`()
    async throws
  {
    let wrong = try await send(GitHubCalls.push().signed(with: "wrong"))
    fixture.store.fail(.repositories, .status(403, "Forbidden"))
    let reply = try await send(GitHubCalls.push().signed())
    #expect(reply.status == 401)
    #expect(reply.body == wrong.body)
    #expect(fixture.logText.contains("the API server refuses what the operator does in namespace 'satis'"))
    // As many requests as where there is a repository without secrets.
    #expect(fixture.store.requests.last == "get Secret satis/\(Admission.decoy)")
  }

  @Test func `the log says which secrets could not be tried`() async throws {
    fixture.store.add(
      Fixture.repository("lost", uid: "lost", secrets: [.init(name: "gone", key: "secret")]))
    _ = try await send(GitHubCalls.push().signed(with: "wrong"))
    #expect(fixture.logText.contains("no secret of the namespace's 2 repositories"))
    #expect(fixture.logText.contains("get Secret satis/gone"))
  }

  @Test func `the log names the namespace and every build`() async throws {
    add("second", secret: Fixture.secret, sources: [GitHubCalls.cloneURL])
    let reply = try await send(GitHubCalls.push().signed())
    let entry = try #require(fixture.logs.entries.first)
    #expect(entry.metadata["repository"]?.description == "satis")
    #expect(entry.metadata["build"]?.description == reply.builds.joined(separator: ", "))
  }
}
