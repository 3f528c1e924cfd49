import Foundation
import KubernetesClient
import SatisAPI
import Testing

@Suite struct GitLabTests {
  let fixture = Fixture()
  let push = "gitlab/push"

  private func signed(
    key: [UInt8] = Array(Fixture.secret.utf8), id: String = "msg-1", after seconds: Int64 = 0
  ) throws -> Call {
    RecordedCall.standardSigned(
      try RecordedCall.unproven(push), key: key, id: id, time: Fixture.time.seconds + seconds)
  }

  @Test func `the source is named as GitLab names it first`() async throws {
    _ = try await fixture.send(RecordedCall.read(push))
    #expect(fixture.store.builds.first?.spec.source?.url == "https://gitlab.example.com/acme/tools.git")
  }

  @Test func `a secret that only begins like the token lets nobody in`() async throws {
    for secret in [Fixture.secret + "x", String(Fixture.secret.dropLast()), Fixture.secret.uppercased()] {
      #expect(try await fixture.send(RecordedCall.read(push, secret: secret)).status == 401)
    }
  }

  // MARK: - Signed calls

  @Test func `a signed call is recorded by the id that is signed`() async throws {
    #expect(try await fixture.send(signed()).status == 202)
    #expect(fixture.store.builds.first?.spec.trigger?.deliveryID == "msg-1")
    #expect(try await fixture.send(signed(after: 1))["result"] == "duplicate")
    #expect(try await fixture.send(signed(id: "msg-2"))["result"] == "created")
  }

  @Test func `the key may be written as GitLab makes it, whsec_ and base64`() async throws {
    let key = (0..<32).map { UInt8($0 * 7) }
    fixture.store.add(
      secret: "packages-webhook", ["secret": "whsec_\(Data(key).base64EncodedString())"])
    #expect(try await fixture.send(signed(key: key)).status == 202)
    #expect(try await fixture.send(signed()).status == 401)
  }

  @Test func `whsec_ with nothing behind it is no empty key`() async throws {
    fixture.store.add(secret: "packages-webhook", ["secret": "whsec_"])
    #expect(try await fixture.send(signed(key: [])).status == 401)
  }

  @Test(arguments: [-300, 0, 300])
  func `a call of the last five minutes is taken, and one of a clock that is ahead`(
    seconds: Int64
  ) async throws {
    #expect(try await fixture.send(signed(after: seconds)).status == 202)
  }

  @Test(arguments: [-86_400, -301, 301, 86_400])
  func `a call that is older or newer is refused, however right its signature`(seconds: Int64) async throws {
    #expect(try await fixture.send(signed(after: seconds)).status == 401)
    #expect(fixture.logText.contains("more than 300 seconds from now"))
    #expect(fixture.store.builds.isEmpty)
  }

  @Test(arguments: ["webhook-id", "webhook-timestamp"])
  func `what is signed cannot be changed or left out`(header: String) async throws {
    var call = try signed()
    call.headers[header] = "\(Fixture.time.seconds + 1)"
    #expect(try await fixture.send(call).status == 401)
    call.headers[header] = nil
    #expect(try await fixture.send(call).status == 401)
  }

  @Test func `the signature of another body is refused`() async throws {
    var call = try signed()
    call.body.append(UInt8(ascii: " "))
    #expect(try await fixture.send(call).status == 401)
  }

  @Test(arguments: ["", "-1", "now", "1e9", "99999999999999999999", "9223372036854775807"])
  func `a time that is none is refused`(time: String) async throws {
    var call = try signed()
    call.headers["webhook-timestamp"] = time
    #expect(try await fixture.send(call).status == 401)
  }

  @Test(arguments: ["v1,", "v1", "v2,aaaa", "aaaa", "v1,!", " ", "v1a,aaaa"])
  func `what is no signature is refused`(signature: String) async throws {
    var call = try signed()
    call.headers["webhook-signature"] = signature
    #expect(try await fixture.send(call).status == 401)
  }

  @Test func `one of several signatures is enough, while keys change`() async throws {
    var call = try signed()
    let right = try #require(call.headers["webhook-signature"])
    let other = try #require(try signed(key: [1]).headers["webhook-signature"])
    call.headers["webhook-signature"] = "v1a,ed25519 \(other) \(right)"
    #expect(try await fixture.send(call).status == 202)
    call.headers["webhook-signature"] = "\(other) \(other)"
    #expect(try await fixture.send(call).status == 401)
  }

  @Test func `a wrong signature is not made good by a right token`() async throws {
    var call = try signed(key: [1])
    call.headers["X-Gitlab-Token"] = Fixture.secret
    #expect(try await fixture.send(call).status == 401)
  }

  // MARK: - Deliveries

  @Test func `a retry has the Idempotency-Key of the first try`() async throws {
    var call = try RecordedCall.read(push)
    #expect(try await fixture.send(call).status == 202)
    call.headers["X-Gitlab-Event-UUID"] = "7f1d4c3e-0000-4000-8000-000000000000"
    #expect(try await fixture.send(call)["result"] == "duplicate")
  }

  @Test func `calls that one call leads to share its UUID and are still told apart`() async throws {
    for name in [push, "gitlab/push-created", "gitlab/tag-push"] {
      var call = try RecordedCall.read(name)
      call.headers["Idempotency-Key"] = nil
      #expect(try await fixture.send(call)["result"] == "created")
      #expect(try await fixture.send(call)["result"] == "duplicate")
    }
    #expect(fixture.store.builds.count == 3)
  }

  @Test func `a tag that is made anew on its commit is told apart from the first one`() async throws {
    var call = try RecordedCall.read("gitlab/tag-push")
    call.headers["Idempotency-Key"] = nil
    #expect(try await fixture.send(call)["result"] == "created")
    let body = String(decoding: call.body, as: UTF8.self)
    let object = String(repeating: "b", count: 40)
    call.body = Array(body.replacing("8d1f3b0c5e7a92d4f6081b3c5d7e9fa0b2c4d6e8", with: object).utf8)
    #expect(try await fixture.send(call)["result"] == "created")
    let commits = Set(fixture.store.builds.map(\.spec.trigger?.commit))
    #expect(commits == ["6113728f27ae82c7b1a177c8d03f9e96e0adf246"])
  }

  @Test func `an updated repository records the commit of a branch, and none of a tag`() async throws {
    var call = try RecordedCall.read("gitlab/system-repository-update")
    let body = String(decoding: call.body, as: UTF8.self)
    call.body = Array(body.replacing("refs/heads/main", with: "refs/tags/v1.1.0").utf8)
    #expect(try await fixture.send(call).status == 202)
    let trigger = try #require(fixture.store.builds.first?.spec.trigger)
    #expect(trigger.ref == "refs/tags/v1.1.0 refs/tags/v1.2.0 refs/heads/feature/lock")
    #expect(trigger.commit == nil)
  }

  @Test func `an old GitLab that names no delivery is built each time`() async throws {
    var call = try RecordedCall.read(push)
    call.headers["Idempotency-Key"] = nil
    call.headers["X-Gitlab-Event-UUID"] = nil
    for _ in 1...2 { #expect(try await fixture.send(call).status == 202) }
    #expect(fixture.store.builds.count == 2)
  }
}
