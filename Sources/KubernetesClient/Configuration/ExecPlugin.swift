/// A program that logs in for the client and prints its credential: `exec` in a kubeconfig.
///
/// Source of the rules: the Kubernetes documentation on client-go credential plugins.
public struct ExecPlugin: Sendable {
  /// The program: a path, or a name that is looked for in `PATH`.
  public var command: String
  /// Its arguments.
  public var arguments: [String]
  /// Environment variables beside the client's own; later ones win.
  public var environment: [Variable]
  /// `client.authentication.k8s.io/v1` or `…/v1beta1`; what is printed has to say the same.
  public var apiVersion: String
  /// How to get the program, shown when it is missing.
  public var installHint: String?
  /// What it learns of the cluster; nil unless the kubeconfig asks for that.
  public var cluster: JSONValue?
  /// The user, context and file that name it, for messages.
  public var origin: String

  /// An environment variable.
  public struct Variable: Codable, Hashable, Sendable {
    /// Its name.
    public var name: String
    /// Its value.
    public var value: String
  }

  /// The versions of the protocol.
  static let apiVersions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"]

  /// What the program is told, in the variable `KUBERNETES_EXEC_INFO`.
  ///
  /// It gets no standard input: nobody may be there to answer.
  var information: JSONValue {
    var spec: JSONValue = ["interactive": false]
    spec["cluster"] = cluster
    return ["apiVersion": .string(apiVersion), "kind": "ExecCredential", "spec": spec]
  }

  /// Looks a program up the way a shell does.
  func executable(path: String?) -> String? {
    if command.contains("/") { return FileContents.isExecutable(command) ? command : nil }
    return (path ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":")
      .map { "\($0)/\(command)" }.first(where: FileContents.isExecutable)
  }

  /// - Throws: when the program has printed something else than a credential.
  func credential(printed: [UInt8]) throws(ConfigurationError) -> ExecCredential {
    let answer: Answer
    do throws(JSONCodingError) {
      answer = try JSONCoding.decode(Answer.self, from: printed)
    } catch {
      throw problem("printed no ExecCredential: \(error)")
    }
    guard answer.kind == "ExecCredential", answer.apiVersion == apiVersion else {
      throw problem(
        "printed \(answer.kind ?? "nothing") of \(answer.apiVersion ?? "no version"), "
          + "but the kubeconfig asks for ExecCredential of \(apiVersion)")
    }
    let status = answer.status
    let token = status?.token.flatMap { $0.isEmpty ? nil : $0 }
    let identity: ClusterConfiguration.ClientIdentity?
    switch (status?.clientCertificateData, status?.clientKeyData) {
    case (let certificate?, let key?):
      identity = .init(certificate: PEM(Array(certificate.utf8)), key: PEM(Array(key.utf8)))
    case (nil, nil): identity = nil
    default: throw problem("printed only one of clientCertificateData and clientKeyData; both are needed")
    }
    guard token != nil || identity != nil else {
      throw problem("printed neither a token nor a client certificate")
    }
    return ExecCredential(token: token, identity: identity, expiry: status?.expirationTimestamp)
  }

  func problem(_ words: String) -> ConfigurationError {
    ConfigurationError(subject: "the command '\(command)' of \(origin)", problem: words)
  }

  private struct Answer: Decodable {
    var apiVersion: String?
    var kind: String?
    var status: Status?

    struct Status: Decodable {
      var token: String?
      var clientCertificateData: String?
      var clientKeyData: String?
      var expirationTimestamp: Timestamp?
    }
  }
}

/// What a credential plugin has printed.
struct ExecCredential: Sendable {
  var token: String?
  var identity: ClusterConfiguration.ClientIdentity?
  /// Nil for one that is used until it is refused.
  var expiry: Timestamp?
}
