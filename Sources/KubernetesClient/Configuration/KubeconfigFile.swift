import FoundationEssentials

/// The shape of a kubeconfig file.
extension Kubeconfig {
  struct File: Decodable {
    var currentContext: String?
    var clusters: [NamedCluster]?
    var users: [NamedUser]?
    var contexts: [NamedContext]?

    enum CodingKeys: String, CodingKey {
      case currentContext = "current-context"
      case clusters
      case users
      case contexts
    }
  }

  struct NamedCluster: Decodable {
    var name: String
    var cluster: Cluster
  }

  struct NamedUser: Decodable {
    var name: String
    var user: User?
  }

  struct NamedContext: Decodable {
    var name: String
    var context: Context
  }

  struct Context: Decodable {
    var cluster: String
    /// Left out, the client is nobody in particular.
    var user: String?
    var namespace: String?
  }

  /// Bytes given in the file itself as base64, or as the path of another file.
  ///
  /// The former wins.
  struct DataOrFile {
    var base64: String?
    var path: String?

    func pem(subject: String) throws(ConfigurationError) -> PEM? {
      if let base64, !base64.isEmpty {
        guard let data = Data(base64Encoded: base64, options: .ignoreUnknownCharacters) else {
          throw ConfigurationError(subject: subject, problem: "has a field ending in -data that is no base64")
        }
        return PEM([UInt8](data))
      }
      guard let path, !path.isEmpty else { return nil }
      return PEM(try FileContents.bytes(at: path, subject: subject), path: path)
    }

    mutating func resolvePath(in directory: String) {
      path = path.map { $0.hasPrefix("/") || $0.isEmpty ? $0 : "\(directory)/\($0)" }
    }
  }

  struct Cluster: Decodable {
    var server: String
    var certificateAuthority: DataOrFile
    var skipsCertificateCheck: Bool
    var serverName: String?
    var proxyURL: String?
    var extensions: [NamedExtension]?

    enum CodingKeys: String, CodingKey {
      case server
      case authority = "certificate-authority"
      case authorityData = "certificate-authority-data"
      case insecure = "insecure-skip-tls-verify"
      case serverName = "tls-server-name"
      case proxyURL = "proxy-url"
      case extensions
    }

    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      server = try values.decode(String.self, forKey: .server)
      certificateAuthority = DataOrFile(
        base64: try values.decodeIfPresent(String.self, forKey: .authorityData),
        path: try values.decodeIfPresent(String.self, forKey: .authority))
      skipsCertificateCheck = try values.decodeIfPresent(Bool.self, forKey: .insecure) ?? false
      // Empty is the same as left out, as it is for kubectl.
      serverName = try values.decodeIfPresent(String.self, forKey: .serverName)
      if serverName?.isEmpty == true { serverName = nil }
      proxyURL = try values.decodeIfPresent(String.self, forKey: .proxyURL)
      if proxyURL?.isEmpty == true { proxyURL = nil }
      extensions = try values.decodeIfPresent([NamedExtension].self, forKey: .extensions)
    }

    func resolvingPaths(in directory: String) -> Self {
      var resolved = self
      resolved.certificateAuthority.resolvePath(in: directory)
      return resolved
    }

    /// What a credential plugin may learn, in the words of its protocol.
    func information(subject: String) throws(ConfigurationError) -> JSONValue {
      var information: JSONValue = ["server": .string(server)]
      information["certificate-authority-data"] = try certificateAuthority.pem(subject: subject)
        .map { .string(Data($0.bytes).base64EncodedString()) }
      if skipsCertificateCheck { information["insecure-skip-tls-verify"] = true }
      information["tls-server-name"] = serverName.map { .string($0) }
      information["proxy-url"] = proxyURL.map { .string($0) }
      information["config"] = extensions?.first { $0.name == "client.authentication.k8s.io/exec" }?.extension
      return information
    }
  }

  struct NamedExtension: Decodable {
    var name: String
    var `extension`: JSONValue
  }

  struct User: Decodable {
    var token: String?
    var tokenFile: String?
    var certificate = DataOrFile()
    var key = DataOrFile()
    var exec: Exec?
    var unsupported: String?
    /// The field by which the user acts as somebody else.
    var impersonation: String?

    enum CodingKeys: String, CodingKey {
      case token
      case tokenFile
      case certificate = "client-certificate"
      case certificateData = "client-certificate-data"
      case key = "client-key"
      case keyData = "client-key-data"
      case exec
      case authProvider = "auth-provider"
      case username
      case actsAs = "as"
      case actsAsUID = "as-uid"
      case actsAsGroups = "as-groups"
      case actsAsExtra = "as-user-extra"
    }

    init() {}

    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      token = try values.decodeIfPresent(String.self, forKey: .token)
      tokenFile = try values.decodeIfPresent(String.self, forKey: .tokenFile)
      certificate = DataOrFile(
        base64: try values.decodeIfPresent(String.self, forKey: .certificateData),
        path: try values.decodeIfPresent(String.self, forKey: .certificate))
      key = DataOrFile(
        base64: try values.decodeIfPresent(String.self, forKey: .keyData),
        path: try values.decodeIfPresent(String.self, forKey: .key))
      exec = try values.decodeIfPresent(Exec.self, forKey: .exec)
      unsupported = [CodingKeys.authProvider, .username].first { values.contains($0) }?.stringValue
      // Empty is the same as left out, as it is for kubectl.
      impersonation = try [CodingKeys.actsAs, .actsAsUID, .actsAsGroups, .actsAsExtra].first { key in
        switch try values.decodeIfPresent(JSONValue.self, forKey: key) {
        case nil, .null, .string(""), .array([]): false
        case .object(let members): !members.isEmpty
        default: true
        }
      }?.stringValue
    }

    func resolvingPaths(in directory: String) -> Self {
      var resolved = self
      resolved.certificate.resolvePath(in: directory)
      resolved.key.resolvePath(in: directory)
      // A name without a slash is looked for in PATH.
      if let exec, exec.command.contains("/"), !exec.command.hasPrefix("/") {
        resolved.exec?.command = "\(directory)/\(exec.command)"
      }
      resolved.tokenFile = tokenFile.map { $0.hasPrefix("/") || $0.isEmpty ? $0 : "\(directory)/\($0)" }
      return resolved
    }

    func identity(subject: String) throws(ConfigurationError) -> ClusterConfiguration.ClientIdentity? {
      let pair = (try certificate.pem(subject: subject), try key.pem(subject: subject))
      switch pair {
      case (let certificate?, let key?): return .init(certificate: certificate, key: key)
      case (nil, nil): return nil
      default:
        throw ConfigurationError(
          subject: subject, problem: "has only one of client-certificate and client-key; both are needed")
      }
    }

    func bearerToken(
      subject: String, origin: String, cluster: JSONValue
    ) throws(ConfigurationError) -> BearerToken {
      // Passed over, it would act with rights that it is not to have.
      if let impersonation {
        throw ConfigurationError(
          subject: subject,
          problem:
            "acts as somebody else by '\(impersonation)', which is not supported; use a context whose user does not"
        )
      }
      // kubectl's own order: the file wins over the token beside it.
      if let tokenFile, !tokenFile.isEmpty { return .file(path: tokenFile) }
      if let token, !token.isEmpty { return .fixed(token) }
      if let exec { return .plugin(try exec.plugin(origin: origin, cluster: cluster)) }
      if let unsupported, try certificate.pem(subject: subject) == nil {
        throw ConfigurationError(
          subject: subject,
          problem: "identifies itself by '\(unsupported)', which is not supported; "
            + "use a token, a tokenFile, a client certificate or exec")
      }
      return .none
    }
  }
}
