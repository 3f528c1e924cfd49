public import KubernetesClient

/// Something that the API server does not let the operator do in a namespace, and what people can do about it.
public struct MissingRight: Hashable, Sendable, CustomStringConvertible {
  /// What was asked for, and the server's own words, which name who may not do what.
  public let refusal: String
  /// Where it was refused.
  public let namespace: String

  /// Reads the refusal from an error; nil when it is another one.
  public init?(_ error: KubernetesError, in namespace: String) {
    guard error.isForbidden else { return nil }
    refusal = error.description
    self.namespace = namespace
  }

  /// A quota, or a namespace that is going, is refused with the same code; Kubernetes' authorizer says "cannot".
  private var isOfRole: Bool { refusal.contains("\" cannot ") }

  /// The text for messages.
  public var description: String {
    let told = "the API server refuses what the operator does in namespace '\(namespace)': \(refusal)"
    guard isOfRole else { return told }
    return
      "\(told); a namespace that is served needs the RoleBindings of deploy/overlays/served-namespace, or, where the "
      + "operator serves this one alone, the Roles of deploy/base"
  }
}
