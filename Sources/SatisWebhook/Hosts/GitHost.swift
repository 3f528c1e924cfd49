/// One kind of sender: how it shows that it holds the secret, and how it tells what was pushed.
///
/// Adding a host means one file that implements this and one entry in `GitHosts.all`.
protocol GitHost: Sendable {
  /// The name under which builds and log lines record it, and by which a path pins it, as in `github`.
  var provider: String { get }
  /// The largest body that it sends.
  var maximumBodyBytes: Int { get }

  /// Whether the headers are those of this host.
  func isSender(of headers: Headers) -> Bool

  /// The host's name for the call, the same when it sends the call again.
  func deliveryID(in headers: Headers) -> String?

  /// What is answered to a trial that the host sends without any proof; nil for every other call.
  ///
  /// The answer is the same whatever the path, and nothing follows from the call.
  func trial(in headers: Headers) -> String?

  /// What the call brings along to show that its sender holds the secret.
  ///
  /// - Throws: `Refusal.unauthorized` when that is nothing or cannot be right.
  func proof(in delivery: Delivery) throws(Refusal) -> Proof

  /// What the call is about.
  ///
  /// - Throws: `Refusal.malformed`, naming what is missing.
  func event(in delivery: VerifiedDelivery) throws(Refusal) -> HostEvent
}

extension GitHost {
  /// As much as GitHub sends, and none sends more.
  var maximumBodyBytes: Int { 25 << 20 }

  func trial(in headers: Headers) -> String? { nil }
}

/// The hosts in the order in which they are recognised.
enum GitHosts {
  private static let generic = Generic()
  /// Those that send headers of others beside their own come before these: Forgejo sends Gitea's, both send GitHub's,
  /// and what lies between may add the X-Request-Id of Bitbucket Data Center to any call.
  private static let all: [any GitHost] = [
    Gitea.forgejo, Gitea.gitea, GitHub(), GitLab(), BitbucketCloud(), BitbucketDataCenter(), AzureDevOps(),
    generic,
  ]

  /// What the hosts are called, each once.
  static let providers = all.map(\.provider)

  /// The sender of a call; whoever cannot be recognised has to speak the generic form.
  static func sender(of headers: Headers) -> any GitHost {
    all.first { $0.isSender(of: headers) } ?? generic
  }

  /// The host of a name; nil when there is none.
  static func named(_ provider: some StringProtocol) -> (any GitHost)? {
    all.first { $0.provider == provider }
  }
}
