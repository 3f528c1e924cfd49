import KubernetesClient
import SatisAPI
import Testing

@testable import SatisWebhook

/// What a call asks of the API server, and in how many rounds.
@Suite struct ReadingTests {
  private let fixture = Fixture()
  private let handler: DeliveryHandler
  private let known = Address(namespace: "satis", repository: "packages")
  private let unknown = Address(namespace: "satis", repository: "unknown")
  private let decoy = "Secret satis/satis-webhook-no-such-secret"

  init() {
    handler = DeliveryHandler(store: fixture.store, namespace: "satis", timeLimit: Fixture.ampleTime)
  }

  private func send(to address: Address, secret: String = Fixture.secret) async -> String {
    await handler.result(ofPushTo: address, secret: secret)
  }

  /// What a call has asked, in any order.
  private func requests(_ body: () async -> Void) async -> [String] {
    let before = fixture.store.requests.count
    await body()
    return fixture.store.requests.dropFirst(before).sorted()
  }

  /// The requests by which objects are looked for in the server's memory and then, before a refusal, live.
  private func both(_ objects: String...) -> [String] {
    objects.flatMap { ["recall \($0)", "get \($0)"] }.sorted()
  }

  @Test func `the secrets of a repository are read together with it, once they are known`() async {
    _ = await send(to: known)
    let asked = await requests { #expect(await send(to: known) == "duplicate") }
    let build = fixture.store.builds.first?.metadata.name ?? ""
    #expect(
      asked == [
        "create SatisBuild satis/\(build)", "get SatisBuild satis/\(build)",
        "recall SatisRepository satis/packages", "recall Secret satis/packages-webhook",
      ])
  }

  @Test func `the repository and its known secrets do not wait for each other`() async {
    _ = await send(to: known)
    // Neither is answered before both are asked for.
    fixture.store.meet([.repository, .secret])
    #expect(await send(to: known) == "duplicate")
  }

  @Test func `a repository that does not exist costs as many requests, at once, as one that is known`() async
  {
    _ = await send(to: known)
    fixture.store.meet([.repository, .secret])
    let asked = await requests { #expect(await send(to: known, secret: "wrong") == "unauthorized") }
    let unknownAsked = await requests { #expect(await send(to: unknown) == "unauthorized") }
    #expect(asked == both("SatisRepository satis/packages", "Secret satis/packages-webhook"))
    #expect(unknownAsked == both("SatisRepository satis/unknown", decoy))
  }

  @Test func `a secret that was named since then is read, and the earlier one lets nobody in`() async {
    _ = await send(to: known)
    fixture.store.add(secret: "next", ["secret": "new secret"])
    fixture.store.add(Fixture.repository(secrets: [.init(name: "next", key: "secret")]))
    let asked = await requests { #expect(await send(to: known) == "unauthorized") }
    #expect(asked.contains("recall Secret satis/next") && asked.contains("get Secret satis/next"))
    let next = await requests { #expect(await send(to: known, secret: "new secret") == "duplicate") }
    #expect(!next.contains("recall Secret satis/packages-webhook"))
  }

  @Test func `a failure to read what is no longer named does not matter`() async {
    _ = await send(to: known)
    fixture.store.add(secret: "next", ["secret": "new secret"])
    fixture.store.add(Fixture.repository(secrets: [.init(name: "next", key: "secret")]))
    fixture.store.fail(secret: "packages-webhook", .status(500, "InternalError"))
    #expect(await send(to: known, secret: "new secret") == "duplicate")
  }

  @Test func `a repository that is gone lets nobody in with what it named`() async {
    _ = await send(to: known)
    fixture.store.remove(NamespacedName(namespace: "satis", name: "packages"))
    #expect(await send(to: known) == "unauthorized")
    let asked = await requests { #expect(await send(to: known) == "unauthorized") }
    #expect(asked == both("SatisRepository satis/packages", decoy))
  }
}
