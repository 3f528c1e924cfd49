/// A host whose calls are recognised so that they are not taken for another's, and refused.
struct UnsupportedHost: GitHost {
  let provider: String
  let maximumBodyBytes = 25 << 20
  private let name: String
  private let eventHeader: String
  private let deliveryHeader: String

  /// Forgejo sends Gitea's headers too, and both send GitHub's.
  static let all: [any GitHost] = [
    Self("forgejo", name: "Forgejo", event: "X-Forgejo-Event", delivery: "X-Forgejo-Delivery"),
    Self("gitea", name: "Gitea", event: "X-Gitea-Event", delivery: "X-Gitea-Delivery"),
    Self("gitlab", name: "GitLab", event: "X-Gitlab-Event", delivery: "X-Gitlab-Event-UUID"),
    Self("bitbucket", name: "Bitbucket", event: "X-Event-Key", delivery: "X-Request-Id"),
  ]

  private init(_ provider: String, name: String, event: String, delivery: String) {
    self.provider = provider
    self.name = name
    eventHeader = event
    deliveryHeader = delivery
  }

  func isSender(of headers: Headers) -> Bool {
    headers[eventHeader] != nil
  }

  func deliveryID(in headers: Headers) -> String? {
    headers[deliveryHeader]
  }

  func proof(in headers: Headers) throws(Refusal) -> Proof {
    throw .unsupportedHost(name)
  }

  func event(in delivery: VerifiedDelivery) throws(Refusal) -> HostEvent {
    throw .unsupportedHost(name)
  }
}
