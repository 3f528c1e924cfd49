/// One kind of sender: how it shows that it holds the secret, and how it tells what was pushed.
///
/// Adding a host means one file that implements this and one entry in `GitHosts.all`.
protocol GitHost: Sendable {
  /// The name under which builds and log lines record it, as in `github`.
  var provider: String { get }
  /// The largest body that it sends.
  var maximumBodyBytes: Int { get }

  /// Whether the headers are those of this host.
  func isSender(of headers: Headers) -> Bool

  /// The host's name for the call, the same when it sends the call again.
  func deliveryID(in headers: Headers) -> String?

  /// What the call brings along to show that its sender holds the secret.
  ///
  /// - Throws: `Refusal.unauthorized` when that is nothing or cannot be right.
  func proof(in headers: Headers) throws(Refusal) -> Proof

  /// What the call is about.
  ///
  /// - Throws: `Refusal.malformed`, naming what is missing.
  func event(in delivery: VerifiedDelivery) throws(Refusal) -> HostEvent
}

/// The hosts in the order in which they are recognised.
enum GitHosts {
  private static let generic = Generic()
  /// Those that send headers of others beside their own come before these.
  private static let all: [any GitHost] = UnsupportedHost.all + [GitHub()]

  /// What the hosts are called, each once.
  static let providers = all.map(\.provider) + [generic.provider]

  /// The sender of a call; whoever cannot be recognised has to speak the generic form.
  static func sender(of headers: Headers) -> any GitHost {
    all.first { $0.isSender(of: headers) } ?? generic
  }
}
