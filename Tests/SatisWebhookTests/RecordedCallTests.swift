import HTTPTypes
import KubernetesClient
import SatisAPI
import Testing

@testable import SatisWebhook

/// What holds for every host, by calls in the shape that their documentation shows.
@Suite struct RecordedCallTests {
  private static let commit = "6113728f27ae82c7b1a177c8d03f9e96e0adf246"
  private static let main = "refs/heads/main"
  private static let branch = "refs/heads/feature/lock"
  private static let tag = "refs/tags/v1.2.0"

  struct Push: Sendable, CustomTestStringConvertible {
    let call: String
    let ref: String?
    var commit: String? = RecordedCallTests.commit
    var prune: Bool?

    var testDescription: String { call }
  }

  /// The calls that every host has.
  private static let common: [Push] = [
    "github", "gitlab", "bitbucket-cloud", "bitbucket-data-center", "gitea", "forgejo", "azure-devops",
  ].flatMap { host in
    [
      Push(call: "\(host)/push", ref: main),
      Push(call: "\(host)/push-created", ref: branch),
      ["gitea", "forgejo"].contains(host)
        ? Push(call: "\(host)/delete", ref: branch, commit: nil, prune: true)
        : Push(call: "\(host)/push-deleted", ref: branch, commit: nil, prune: true),
      pushedTag(host),
    ]
  }

  /// The push of an annotated tag, of which these two name the tag itself and not the commit that it leads to.
  private static func pushedTag(_ host: String) -> Push {
    let isCommitKnown = !["bitbucket-data-center", "azure-devops"].contains(host)
    return Push(
      call: host == "gitlab" ? "gitlab/tag-push" : "\(host)/push-tag", ref: tag,
      commit: isCommitKnown ? commit : nil)
  }

  private static let special: [Push] = [
    Push(call: "github/create", ref: tag, commit: nil),
    Push(call: "github/delete", ref: branch, commit: nil, prune: true),
    Push(call: "github/release-published", ref: tag, commit: nil),
    Push(call: "gitlab/system-push", ref: main),
    Push(call: "gitlab/system-repository-update", ref: "\(main) \(tag) \(branch)", prune: true),
    Push(call: "gitlab/release-create", ref: tag),
    Push(call: "bitbucket-cloud/push-several", ref: "\(branch) \(main) \(tag)", prune: true),
    Push(call: "bitbucket-data-center/mirror", ref: nil, commit: nil),
    Push(call: "gitea/create", ref: tag, commit: nil),
    Push(call: "gitea/release-published", ref: tag, commit: nil),
    Push(call: "forgejo/create", ref: tag, commit: nil),
    Push(call: "forgejo/release-published", ref: tag, commit: nil),
    Push(call: "azure-devops/push-several", ref: "\(branch) \(main)", prune: true),
  ]

  @Test(arguments: common + special)
  func `what was pushed becomes one build that records it`(push: Push) async throws {
    let fixture = Fixture()
    let reply = try await fixture.send(RecordedCall.read(push.call))

    #expect(reply.status == 202, "\(reply.body)")
    #expect(fixture.store.builds.count == 1)
    let build = try #require(fixture.store.builds.first)
    #expect(reply["build"] == build.metadata.name)
    #expect(build.spec.source?.prune == push.prune)
    let trigger = try #require(build.spec.trigger)
    #expect(trigger.type == .webhook)
    #expect(trigger.provider == RecordedCall.host(of: push.call))
    #expect(trigger.ref == push.ref)
    #expect(trigger.commit == push.commit)
    #expect(trigger.deliveryID?.isEmpty == false)
    // These two do not say who it was.
    if !["bitbucket-data-center/mirror", "gitlab/release-create"].contains(push.call) {
      #expect(trigger.actor?.lowercased().hasPrefix("alex") == true)
    }
  }

  @Test(arguments: common + special)
  func `the same call again is a duplicate`(push: Push) async throws {
    let fixture = Fixture()
    let first = try await fixture.send(RecordedCall.read(push.call))
    let second = try await fixture.send(RecordedCall.read(push.call))

    #expect(second.status == 200)
    #expect(second["result"] == "duplicate")
    #expect(second.builds == first.builds)
    #expect(fixture.store.builds.count == 1)
  }

  @Test(arguments: [
    ("github/issues", "'issues' events"),
    ("github/release-edited", "the action 'edited'"),
    ("gitlab/pipeline", "'pipeline' events"),
    ("gitlab/release-update", "the action 'update'"),
    ("gitlab/system-merge-request", "'merge_request' events"),
    ("gitlab/system-project-create", "'project_create' events"),
    ("bitbucket-cloud/pullrequest", "'pullrequest:created' events"),
    ("bitbucket-data-center/pullrequest", "'pr:opened' events"),
    ("gitea/issues", "'issues' events"),
    ("gitea/release-updated", "the action 'updated'"),
    ("forgejo/issues", "'issues' events"),
    ("azure-devops/pullrequest", "'git.pullrequest.created' events"),
  ])
  func `what changes no source is a success that says so`(call: String, reason: String) async throws {
    let fixture = Fixture()
    let reply = try await fixture.send(RecordedCall.read(call))

    #expect(reply.status == 200)
    #expect(reply["result"] == "ignored")
    #expect(reply["reason"]?.contains(reason) == true, "\(reply.body)")
    #expect(fixture.store.builds.isEmpty)
  }

  @Test(arguments: ["github/ping", "bitbucket-data-center/ping"])
  func `a trial that is signed shows that the secret is right`(call: String) async throws {
    let fixture = Fixture()
    let reply = try await fixture.send(RecordedCall.read(call))
    #expect(reply.status == 200)
    #expect(reply["result"] == "pong")
    #expect(try await fixture.send(RecordedCall.read(call, secret: "wrong")).status == 401)
    #expect(fixture.store.builds.isEmpty)
  }

  private static let pushes = common.map(\.call).filter { $0.hasSuffix("/push") }

  @Test(arguments: pushes)
  func `a wrong, missing, empty or truncated proof is refused alike`(call: String) async throws {
    let fixture = Fixture()
    let header = RecordedCall.proofHeader(of: RecordedCall.host(of: call))
    let right = try RecordedCall.read(call)
    var replies = [
      try await fixture.send(RecordedCall.unproven(call)),
      try await fixture.send(RecordedCall.read(call, secret: "wrong")),
      try await fixture.send(RecordedCall.read(call, secret: "")),
      try await fixture.send(.post, "/satis/unknown", right),
    ]
    for proof in [
      nil, "", "sha256=", String((right.headers[header] ?? "").dropLast(4)),
      "\(right.headers[header] ?? "")0",
    ] {
      var call = right
      call.headers[header] = proof
      replies.append(try await fixture.send(call))
    }
    #expect(replies.allSatisfy { $0.status == 401 })
    #expect(Set(replies.map(\.body)).count == 1)
    #expect(fixture.store.builds.isEmpty)
  }

  @Test(arguments: pushes)
  func `a repository whose secret is empty refuses everybody`(call: String) async throws {
    let fixture = Fixture()
    fixture.store.add(secret: "packages-webhook", ["secret": ""])
    for secret in ["", Fixture.secret] {
      #expect(try await fixture.send(RecordedCall.read(call, secret: secret)).status == 401)
    }
    #expect(fixture.store.builds.isEmpty)
  }

  @Test(arguments: pushes)
  func `a body that is not the host's says what is wrong`(call: String) async throws {
    let host = RecordedCall.host(of: call)
    for (body, problem) in [("{", "not JSON"), ("[]", "no object"), ("{}", "missing")] {
      let fixture = Fixture()
      var broken = try RecordedCall.unproven(call)
      broken.body = Array(body.utf8)
      let reply = try await fixture.send(RecordedCall.prove(broken, from: host))
      // An object without a kind is none of GitLab's pushes.
      guard host != "gitlab" || body != "{}" else {
        #expect(reply["result"] == "ignored")
        continue
      }
      #expect(reply.status == 400)
      #expect(reply["message"]?.contains(problem) == true, "\(reply.body)")
      #expect(fixture.logText.contains(problem))
      #expect(fixture.store.builds.isEmpty)
    }
  }

  @Test(arguments: pushes)
  func `the headers alone tell which host it is, and a path may`(call: String) async throws {
    let name = RecordedCall.host(of: call)
    let headers = Headers(try RecordedCall.read(call).headers.map { (name: $0.key, value: $0.value) })
    #expect(GitHosts.sender(of: headers).provider == name)

    let fixture = Fixture()
    #expect(try await fixture.send(.post, "/satis/packages/\(name)", RecordedCall.read(call)).status == 202)
    #expect(fixture.store.builds.first?.spec.trigger?.provider == name)
  }
}
