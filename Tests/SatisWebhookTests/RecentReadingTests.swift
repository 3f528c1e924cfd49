import HTTPTypes
import KubernetesClient
import SatisAPI
import Testing

@testable import SatisWebhook

/// What becomes of a call where the server's memory is behind.
@Suite struct RecentReadingTests {
  private static let secrets = [KeyReference(name: "packages-webhook", key: "secret")]
  private static let other = "https://github.com/acme/other.git"
  private let fixture = Fixture()

  private func push(
    _ cloneURL: String = GitHubCalls.cloneURL, secret: String = Fixture.secret
  ) async throws
    -> Reply
  {
    try await fixture.send(GitHubCalls.push(cloneURL: cloneURL).signed(with: secret))
  }

  @Test func `a push is taken by what the server has in its memory`() async throws {
    #expect(try await push().status == 202)
    let asked = fixture.store.requests
    #expect(asked.contains("recall SatisRepository satis/packages"))
    #expect(asked.contains("recall Secret satis/packages-webhook"))
    #expect(!asked.contains { $0.hasPrefix("get") })
  }

  @Test func `a secret that was added a moment ago lets a call in`() async throws {
    fixture.store.stopRemembering()
    fixture.store.add(secret: "packages-webhook", ["secret": "new secret"])
    #expect(try await push(secret: "new secret").status == 202)
  }

  @Test func `a secret that was taken away lets nobody in as soon as the server's memory knows`() async throws
  {
    fixture.store.stopRemembering()
    fixture.store.add(secret: "packages-webhook", ["secret": "new secret"])
    #expect(try await push().status == 202)
    fixture.store.stopRemembering()
    #expect(try await push().status == 401)
  }

  @Test func `a repository that was made a moment ago takes a call`() async throws {
    fixture.store.remove(NamespacedName(namespace: "satis", name: "packages"))
    fixture.store.stopRemembering()
    fixture.store.add(Fixture.repository(secrets: Self.secrets))
    #expect(try await push().status == 202)
  }

  @Test(arguments: [SatisRepository.UnknownSource.ignore, .fullBuild])
  func `a source that was listed a moment ago is built, whatever becomes of unknown ones`(
    unknownSource: SatisRepository.UnknownSource
  ) async throws {
    for sources in [[Self.other], [Self.other, GitHubCalls.cloneURL]] {
      fixture.store.stopRemembering()
      var repository = Fixture.repository(secrets: Self.secrets, sources: sources)
      repository.spec.webhook?.unknownSource = unknownSource
      fixture.store.add(repository)
    }
    #expect(try await push().status == 202)
    #expect(fixture.store.builds.map(\.spec.source?.url) == [GitHubCalls.cloneURL])
  }

  @Test func `a source that is nowhere listed is built in full by the live repository alone`() async throws {
    var repository = Fixture.repository(secrets: Self.secrets, sources: [Self.other])
    repository.spec.webhook?.unknownSource = .fullBuild
    fixture.store.add(repository)
    fixture.store.stopRemembering()
    repository.spec.webhook?.unknownSource = .ignore
    fixture.store.add(repository)
    #expect(try await push()["result"] == "ignored")
    #expect(fixture.store.builds.isEmpty)
  }

  @Test func `a satis.json that the server does not remember is read live`() async throws {
    let reference = KeyReference(name: "config", key: "satis.json")
    var repository = Fixture.repository(secrets: Self.secrets)
    repository.spec.config = .init(configMapKeyRef: reference)
    fixture.store.add(repository)
    fixture.store.stopRemembering()
    fixture.store.add(configMap: "config", ["satis.json": Fixture.satisJSON([Self.other])])
    // Where it could not be read at all, the push would be built.
    #expect(try await push()["result"] == "ignored")
  }

  @Test func `a call to a namespace is answered by live repositories alone`() async throws {
    let reply = try await fixture.send(.post, "/satis", GitHubCalls.push().signed())
    #expect(reply.status == 202)
    #expect(!fixture.store.requests.contains { $0.hasPrefix("recall") })
  }

  // MARK: - For how long

  /// A service whose reads are shared, by a clock that the test moves.
  private func service(at clock: StandingClock) -> DeliveryHandler {
    DeliveryHandler(
      store: SharingStore(fixture.store, now: { clock.now }), namespace: "satis", timeLimit: Fixture.ampleTime
    )
  }

  private func send(
    _ name: String = "packages", secret: String = Fixture.secret, to handler: DeliveryHandler
  ) async -> String {
    await handler.result(ofPushTo: Address(namespace: "satis", repository: name), secret: secret)
  }

  @Test func `a secret that was taken away counts for a tenth of a second and no longer`() async {
    let clock = StandingClock()
    let handler = service(at: clock)
    #expect(await send(to: handler) == "created")
    fixture.store.add(secret: "packages-webhook", ["secret": "new secret"])
    clock.advance(by: .milliseconds(99))
    #expect(await send(to: handler) == "duplicate")
    #expect(await send(secret: "new secret", to: handler) == "duplicate")
    clock.advance(by: .milliseconds(1))
    #expect(await send(to: handler) == "unauthorized")
  }

  @Test func `a second call without the secret costs as much for a repository as for none`() async {
    let handler = service(at: StandingClock())
    var costs: [String: Int] = [:]
    for name in ["packages", "unknown"] {
      // What is known by then is known of both.
      for _ in 1...2 {
        let before = fixture.store.requests.count
        #expect(await send(name, secret: "wrong", to: handler) == "unauthorized")
        costs[name] = fixture.store.requests.count - before
      }
    }
    #expect(costs["packages"] == costs["unknown"])
  }
}
