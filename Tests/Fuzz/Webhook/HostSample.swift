import Crypto
import Foundation

/// What one kind of git host sends when all is well: the calls that the fuzzer changes.
struct HostSample {
  /// How the host shows that it has the secret.
  enum Proof {
    /// A header with the HMAC-SHA256 of the body, in hexadecimal behind a prefix.
    case signature(header: String, prefix: String)
    /// A header with the secret behind a prefix.
    case token(header: String, prefix: String)
    /// The headers of the Standard Webhooks specification, whose signature covers id and time as well.
    case standard(id: String)
    /// The secret as the password of `Authorization: Basic`.
    case password
  }

  /// When all calls come in, in seconds since 1970.
  static let time: Int64 = 1_785_585_600

  /// The name by which the service knows the host.
  let provider: String
  let proof: Proof
  /// Headers that are always there.
  let headers: [(name: String, value: String)]
  /// The header that names the event; nil when the body does.
  let eventHeader: String?
  /// Events and their bodies.
  let events: [(name: String, body: String)]

  /// The header that shows that the host has the secret.
  func proof(of body: [UInt8], by secret: [UInt8]) -> (name: String, value: String) {
    switch proof {
    case .signature(let header, let prefix):
      let code = HMAC<SHA256>.authenticationCode(for: body, using: SymmetricKey(data: secret))
      return (header, prefix + code.map { String(format: "%02x", $0) }.joined())
    case .token(let header, let prefix): return (header, prefix + String(decoding: secret, as: UTF8.self))
    case .standard(let id):
      let content = Array("\(id).\(Self.time).".utf8) + body
      let code = HMAC<SHA256>.authenticationCode(for: content, using: SymmetricKey(data: secret))
      return ("webhook-signature", "v1,\(Data(code).base64EncodedString())")
    case .password:
      let pair = Array("azure:".utf8) + secret
      return ("Authorization", "Basic \(Data(pair).base64EncodedString())")
    }
  }

  /// Whether a proof is worth nothing for any other body.
  var coversBody: Bool {
    switch proof {
    case .signature, .standard: true
    case .token, .password: false
    }
  }
}

extension HostSample {
  static let all: [HostSample] = [
    HostSample(
      provider: "github", proof: .signature(header: "X-Hub-Signature-256", prefix: "sha256="),
      headers: [("X-GitHub-Delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958")], eventHeader: "X-GitHub-Event",
      events: [("push", gitHubPush), ("ping", #"{"zen":"x"}"#), ("create", gitHubCreate), ("star", "{}")]),
    gitea("gitea", "Gitea", also: []),
    gitea("forgejo", "Forgejo", also: [("X-Gitea-Event", "push")]),
    HostSample(
      provider: "gitlab", proof: .token(header: "X-Gitlab-Token", prefix: ""),
      headers: [("X-Gitlab-Event-UUID", "13792a34-cac6-4fda-95a8-c58e00a3954e")],
      eventHeader: "X-Gitlab-Event",
      events: [
        ("Push Hook", gitLabPush("push")), ("Tag Push Hook", gitLabPush("tag_push")), ("Issue Hook", "{}"),
      ]),
    HostSample(
      provider: "gitlab", proof: .standard(id: "f5e5f430"),
      headers: [("webhook-id", "f5e5f430"), ("webhook-timestamp", "\(time)")], eventHeader: "X-Gitlab-Event",
      events: [("Push Hook", gitLabPush("push")), ("Issue Hook", "{}")]),
    HostSample(
      provider: "bitbucket-data-center", proof: .signature(header: "X-Hub-Signature", prefix: "sha256="),
      headers: [("X-Request-Id", "e4d9c1d5-8f8e-4d8f-8b41-4d2b0e5d5f3a")], eventHeader: "X-Event-Key",
      events: [("repo:refs_changed", dataCenterPush), ("diagnostics:ping", #"{"test":true}"#)]),
    HostSample(
      provider: "bitbucket-cloud", proof: .signature(header: "X-Hub-Signature", prefix: "sha256="),
      headers: [
        ("X-Request-UUID", "7e2a2ab5-6a2d-4a6b-9d3b-111111111111"), ("X-Attempt-Number", "1"),
        ("X-Hook-UUID", "b6a1c7d5-2222-4a6b-9d3b-111111111111"),
      ], eventHeader: "X-Event-Key", events: [("repo:push", cloudPush), ("pullrequest:created", "{}")]),
    HostSample(
      provider: "azure-devops", proof: .password,
      headers: [("X-VSS-ActivityId", "1c5b7d1e"), ("Request-Id", "|1.2.")],
      eventHeader: nil, events: [("git.push", azurePush)]),
    HostSample(
      provider: "generic", proof: .token(header: "Authorization", prefix: "Bearer "),
      headers: [("Idempotency-Key", "4711")], eventHeader: nil,
      events: [
        ("url", #"{"url":"git@git.example.org:acme/lib.git"}"#), ("package", #"{"package":"acme/lib"}"#),
      ]),
  ]

  private static func gitea(
    _ provider: String, _ name: String, also headers: [(name: String, value: String)]
  ) -> HostSample {
    HostSample(
      provider: provider, proof: .signature(header: "X-\(name)-Signature", prefix: ""),
      headers: headers + [
        ("X-\(name)-Delivery", "f6266f16-1bf3-46a5-9ea4-602e06ead473"), ("X-GitHub-Event", "push"),
      ],
      eventHeader: "X-\(name)-Event",
      events: [("push", gitHubPush), ("create", gitHubCreate), ("issues", "{}")])
  }

  private static let repository = """
    {"full_name":"acme/lib","clone_url":"https://git.example.org/acme/lib.git","ssh_url":\
    "git@git.example.org:acme/lib.git","html_url":"https://git.example.org/acme/lib"}
    """
  private static let gitHubPush = """
    {"ref":"refs/heads/main","before":"0d1a26e67d8f5eaf1f6ba5c57fc3c7d91ac0fd1c","after":\
    "6113728f27ae82c7b1a177c8d03f9e96e0adf246","deleted":false,"repository":\(repository),\
    "sender":{"login":"alexdoe"},"pusher":{"name":"alex"},"commits":[{"message":"a \\u00fc \\"b\\""}]}
    """
  private static let gitHubCreate = """
    {"ref":"1.2.0","ref_type":"tag","repository":\(repository),"sender":{"login":"alexdoe"}}
    """
  private static func gitLabPush(_ kind: String) -> String {
    """
    {"object_kind":"\(kind)","event_name":"\(kind)","ref":"refs/heads/main","before":"95790bf8","after":"da1560886",\
    "user_username":"alex","project":{"git_http_url":"https://git.example.org/acme/lib.git","git_ssh_url":\
    "git@git.example.org:acme/lib.git","web_url":"https://git.example.org/acme/lib","path_with_namespace":"acme/lib"}}
    """
  }
  private static let dataCenterPush = """
    {"eventKey":"repo:refs_changed","actor":{"name":"alex"},"repository":{"slug":"lib","project":{"key":"ACME"},\
    "links":{"clone":[{"href":"https://git.example.org/scm/acme/lib.git","name":"http"},{"href":\
    "ssh://git@git.example.org:7999/acme/lib.git","name":"ssh"}]}},"changes":[{"ref":{"id":"refs/heads/main",\
    "displayId":"main","type":"BRANCH"},"refId":"refs/heads/main","fromHash":"197a3e0d2f9a2b3ed1c4fe5923d5dd701bee9fdd",\
    "toHash":"a00945762949b7787503a87e29ac48d1c0f0a48c","type":"UPDATE"}]}
    """
  private static let cloudPush = """
    {"actor":{"nickname":"alex"},"repository":{"full_name":"acme/lib","links":{"html":{"href":\
    "https://bitbucket.org/acme/lib"}}},"push":{"changes":[{"new":{"type":"branch","name":"main","target":{"hash":\
    "709d658dc5b6d6afcd46049c2f332ee3f515a67d"}},"old":null,"created":true,"closed":false}]}}
    """
  private static let azurePush = """
    {"eventType":"git.push","id":"03c164c2","resource":{"pushId":14,"pushedBy":{"displayName":"Alex"},"refUpdates":\
    [{"name":"refs/heads/main","oldObjectId":"aad331d8d3b131fa9ae03cf5e53965b51942618a","newObjectId":\
    "33b55f7cb7e7e245323987634f960cf4a6e6bc74"}],"repository":{"name":"lib","remoteUrl":\
    "https://dev.azure.com/acme/lib/_git/lib","project":{"name":"lib"}}}}
    """
}
