import FoundationEssentials
import Yams

/// A kubeconfig, possibly merged from several files.
///
/// Source of the rules: the Kubernetes documentation on organizing cluster access. Of several entries with one
/// name the first file's counts; relative paths are relative to the file that holds them.
struct Kubeconfig {
  private var paths: [String] = []
  private var currentContext: String?
  private var clusters: [String: Cluster] = [:]
  private var users: [String: User] = [:]
  private var contexts: [String: Context] = [:]

  static func load(paths: [String]) throws(ConfigurationError) -> Kubeconfig {
    var merged = Kubeconfig()
    merged.paths = paths
    // kubectl as well passes over missing files of a list, but not over a single one.
    let present = paths.count == 1 ? paths : paths.filter { FileManager.default.fileExists(atPath: $0) }
    guard !present.isEmpty else {
      throw ConfigurationError(
        subject: "KUBECONFIG", problem: "names no file that exists: \(paths.joined(separator: ", "))")
    }
    for path in present {
      let text = try FileContents.text(at: path, subject: "kubeconfig")
      let file: File
      do {
        // kubectl as well takes an empty file for one without entries.
        file = text.isEmpty ? File() : try YAMLDecoder().decode(File.self, from: text)
      } catch {
        throw ConfigurationError(subject: "kubeconfig \(path)", problem: "is no kubeconfig: \(error)")
      }
      merged.add(file, directory: path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ".")
    }
    return merged
  }

  private mutating func add(_ file: File, directory: String) {
    currentContext = currentContext ?? file.currentContext.flatMap { $0.isEmpty ? nil : $0 }
    for entry in file.clusters ?? [] where clusters[entry.name] == nil {
      clusters[entry.name] = entry.cluster.resolvingPaths(in: directory)
    }
    for entry in file.users ?? [] where users[entry.name] == nil {
      users[entry.name] = (entry.user ?? User()).resolvingPaths(in: directory)
    }
    for entry in file.contexts ?? [] where contexts[entry.name] == nil {
      contexts[entry.name] = entry.context
    }
  }

  func configuration(context requested: String?) throws(ConfigurationError) -> ClusterConfiguration {
    let file = "kubeconfig \(paths.joined(separator: ":"))"
    guard let name = requested ?? currentContext else {
      throw ConfigurationError(
        subject: file, problem: "has no current-context; choose one with `kubectl config use-context`")
    }
    guard let context = contexts[name] else {
      let known = contexts.keys.sorted().joined(separator: ", ")
      throw ConfigurationError(subject: file, problem: "has no context '\(name)'; it has: \(known)")
    }
    guard let cluster = clusters[context.cluster] else {
      throw ConfigurationError(
        subject: "context '\(name)' of \(file)",
        problem: "names the cluster '\(context.cluster)', which is missing")
    }
    let userName = context.user ?? ""
    guard let user = userName.isEmpty ? User() : users[userName] else {
      throw ConfigurationError(
        subject: "context '\(name)' of \(file)", problem: "names the user '\(userName)', which is missing")
    }
    let clusterSubject = "cluster '\(context.cluster)' of \(file)"
    let userSubject = "user '\(userName)' of \(file)"
    return ClusterConfiguration(
      server: cluster.server,
      certificateAuthority: try cluster.certificateAuthority.bytes(subject: clusterSubject),
      skipsCertificateCheck: cluster.skipsCertificateCheck,
      serverName: cluster.serverName,
      clientIdentity: try user.identity(subject: userSubject),
      token: try user.bearerToken(subject: userSubject),
      proxyURL: cluster.proxyURL,
      namespace: context.namespace ?? "default",
      origin: "context '\(name)' of \(file)"
    )
  }
}

// MARK: - The file's shape

extension Kubeconfig {
  private struct File: Decodable {
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

  private struct NamedCluster: Decodable {
    var name: String
    var cluster: Cluster
  }

  private struct NamedUser: Decodable {
    var name: String
    var user: User?
  }

  private struct NamedContext: Decodable {
    var name: String
    var context: Context
  }

  private struct Context: Decodable {
    var cluster: String
    /// Left out, the client is nobody in particular.
    var user: String?
    var namespace: String?
  }

  /// Bytes given in the file itself as base64, or as the path of another file.
  ///
  /// The former wins.
  private struct DataOrFile {
    var base64: String?
    var path: String?

    func bytes(subject: String) throws(ConfigurationError) -> [UInt8]? {
      if let base64, !base64.isEmpty {
        guard let data = Data(base64Encoded: base64, options: .ignoreUnknownCharacters) else {
          throw ConfigurationError(subject: subject, problem: "has a field ending in -data that is no base64")
        }
        return [UInt8](data)
      }
      guard let path, !path.isEmpty else { return nil }
      return try FileContents.bytes(at: path, subject: subject)
    }

    mutating func resolvePath(in directory: String) {
      path = path.map { $0.hasPrefix("/") || $0.isEmpty ? $0 : "\(directory)/\($0)" }
    }
  }

  private struct Cluster: Decodable {
    var server: String
    var certificateAuthority: DataOrFile
    var skipsCertificateCheck: Bool
    var serverName: String?
    var proxyURL: String?

    enum CodingKeys: String, CodingKey {
      case server
      case authority = "certificate-authority"
      case authorityData = "certificate-authority-data"
      case insecure = "insecure-skip-tls-verify"
      case serverName = "tls-server-name"
      case proxyURL = "proxy-url"
    }

    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      server = try values.decode(String.self, forKey: .server)
      certificateAuthority = DataOrFile(
        base64: try values.decodeIfPresent(String.self, forKey: .authorityData),
        path: try values.decodeIfPresent(String.self, forKey: .authority))
      skipsCertificateCheck = try values.decodeIfPresent(Bool.self, forKey: .insecure) ?? false
      serverName = try values.decodeIfPresent(String.self, forKey: .serverName)
      proxyURL = try values.decodeIfPresent(String.self, forKey: .proxyURL)
    }

    func resolvingPaths(in directory: String) -> Self {
      var resolved = self
      resolved.certificateAuthority.resolvePath(in: directory)
      return resolved
    }
  }

  private struct User: Decodable {
    var token: String?
    var tokenFile: String?
    var certificate = DataOrFile()
    var key = DataOrFile()
    var unsupported: String?

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
      unsupported = [CodingKeys.exec, .authProvider, .username].first { values.contains($0) }?.stringValue
    }

    func resolvingPaths(in directory: String) -> Self {
      var resolved = self
      resolved.certificate.resolvePath(in: directory)
      resolved.key.resolvePath(in: directory)
      resolved.tokenFile = tokenFile.map { $0.hasPrefix("/") || $0.isEmpty ? $0 : "\(directory)/\($0)" }
      return resolved
    }

    func identity(subject: String) throws(ConfigurationError) -> ClusterConfiguration.ClientIdentity? {
      let pair = (try certificate.bytes(subject: subject), try key.bytes(subject: subject))
      switch pair {
      case (let certificate?, let key?): return .init(certificate: certificate, key: key)
      case (nil, nil): return nil
      default:
        throw ConfigurationError(
          subject: subject, problem: "has only one of client-certificate and client-key; both are needed")
      }
    }

    func bearerToken(subject: String) throws(ConfigurationError) -> BearerToken {
      // kubectl's own order: the file wins over the token beside it.
      if let tokenFile, !tokenFile.isEmpty { return .file(path: tokenFile) }
      if let token, !token.isEmpty { return .fixed(token) }
      if let unsupported, try certificate.bytes(subject: subject) == nil {
        throw ConfigurationError(
          subject: subject,
          problem: "identifies itself by '\(unsupported)', which is not supported; "
            + "use a token, a tokenFile or a client certificate")
      }
      return .none
    }
  }
}
