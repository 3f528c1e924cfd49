/// How to reach one API server and who to be there.
public struct ClusterConfiguration: Sendable {
  /// Scheme, host and port, without a trailing slash.
  public var server: String
  /// PEM of the authorities that may sign the server's certificate; nil for the system's own.
  public var certificateAuthority: PEM?
  /// Accepts any certificate.
  ///
  /// Only ever set by a kubeconfig that says so.
  public var skipsCertificateCheck: Bool
  /// The name to expect in the server's certificate when it is not the host of the URL.
  public var serverName: String?
  /// The client's certificate; nil when a token identifies it.
  public var clientIdentity: ClientIdentity?
  /// The bearer token.
  public var token: BearerToken
  /// A proxy for all requests.
  public var proxyURL: String?
  /// The namespace to use where none is named.
  public var namespace: String
  /// The name of the kubeconfig's entry for the client; nil in a pod, and where the context names none.
  public var user: String?
  /// Where this came from, for messages: `context 'kind' of /root/.kube/config` or `the pod's service account`.
  public var origin: String

  /// A client certificate with its key, both as PEM.
  public struct ClientIdentity: Sendable {
    /// PEM of the certificate chain.
    public var certificate: PEM
    /// PEM of the private key.
    public var key: PEM

    /// Creates an identity.
    public init(certificate: PEM, key: PEM) {
      self.certificate = certificate
      self.key = key
    }
  }

  /// Describes an API server.
  public init(
    server: String,
    certificateAuthority: PEM? = nil,
    skipsCertificateCheck: Bool = false,
    serverName: String? = nil,
    clientIdentity: ClientIdentity? = nil,
    token: BearerToken = .none,
    proxyURL: String? = nil,
    namespace: String = "default",
    user: String? = nil,
    origin: String
  ) {
    self.server = server.hasSuffix("/") ? String(server.dropLast()) : server
    self.certificateAuthority = certificateAuthority
    self.skipsCertificateCheck = skipsCertificateCheck
    self.serverName = serverName
    self.clientIdentity = clientIdentity
    self.token = token
    self.proxyURL = proxyURL
    self.namespace = namespace
    self.user = user
    self.origin = origin
  }

  /// Finds the cluster as kubectl does: the given kubeconfig, `KUBECONFIG`, `~/.kube/config` if there is one, then
  /// the pod's service account.
  ///
  /// - Throws: `ConfigurationError` that names the file, the context and what is wrong with it.
  public static func discover(
    kubeconfig: String? = nil, context: String? = nil, environment: [String: String]
  ) throws(ConfigurationError) -> ClusterConfiguration {
    if let paths = files(kubeconfig: kubeconfig, environment: environment) {
      return try Kubeconfig.load(paths: paths).configuration(context: context)
    }
    let file = homeFile(environment)
    if let file, context != nil || FileContents.exists(file) {
      return try Kubeconfig.load(paths: [file]).configuration(context: context)
    }
    guard environment["KUBERNETES_SERVICE_HOST"] != nil else {
      throw ConfigurationError(
        subject: "the cluster",
        problem:
          "cannot be found: KUBECONFIG is not set, there is no \(file ?? "~/.kube/config"), and this is no "
          + "pod (KUBERNETES_SERVICE_HOST is not set); pass --kubeconfig")
    }
    return try inCluster(environment: environment)
  }

  /// The names of the contexts that there are, where `discover` looks for one.
  public static func contexts(
    kubeconfig: String? = nil, environment: [String: String]
  ) throws(ConfigurationError) -> [String] {
    let paths = files(kubeconfig: kubeconfig, environment: environment)
    return try Kubeconfig.load(paths: paths ?? [homeFile(environment)].compactMap(\.self)).contextNames
  }

  /// The files that are asked for; nil where nobody asks for any.
  private static func files(kubeconfig: String?, environment: [String: String]) -> [String]? {
    if let kubeconfig { return [kubeconfig] }
    guard let listed = environment["KUBECONFIG"], !listed.isEmpty else { return nil }
    return listed.split(separator: ":").map(String.init)
  }

  private static func homeFile(_ environment: [String: String]) -> String? {
    environment["HOME"].map { "\($0)/.kube/config" }
  }
}

/// Why no cluster could be configured.
public struct ConfigurationError: Error, CustomStringConvertible {
  /// The file, and in it the context, cluster or user.
  public var subject: String
  /// What is wrong and how to mend it.
  public var problem: String

  /// Describes a problem with a configuration.
  public init(subject: String, problem: String) {
    self.subject = subject
    self.problem = problem
  }

  /// The text for messages.
  public var description: String { "\(subject) \(problem)" }
}
