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
    let present = paths.count == 1 ? paths : paths.filter(FileContents.exists)
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
        throw ConfigurationError(
          subject: "kubeconfig \(path)", problem: "is no kubeconfig: \(Self.words(for: error))")
      }
      merged.add(file, directory: path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ".")
    }
    return merged
  }

  var contextNames: [String] { contexts.keys.sorted() }

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
      let known = contextNames.joined(separator: ", ")
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
      certificateAuthority: try cluster.certificateAuthority.pem(subject: clusterSubject),
      skipsCertificateCheck: cluster.skipsCertificateCheck,
      serverName: cluster.serverName,
      clientIdentity: try user.identity(subject: userSubject),
      token: try user.bearerToken(
        subject: userSubject, origin: "user '\(userName)' of context '\(name)' of \(file)",
        cluster: cluster.information(subject: clusterSubject)),
      proxyURL: cluster.proxyURL.map(Self.namingHosts),
      // An empty name would stand for all namespaces.
      namespace: context.namespace.flatMap { $0.isEmpty ? nil : $0 } ?? "default",
      user: userName.isEmpty ? nil : userName,
      origin: "context '\(name)' of \(file)"
    )
  }

  /// A SOCKS proxy gets the server's name, as from kubectl: only beyond it may there be somebody who knows the address.
  private static func namingHosts(_ proxy: String) -> String {
    let scheme = "socks5://"
    return proxy.lowercased().hasPrefix(scheme) ? "socks5h://\(proxy.dropFirst(scheme.count))" : proxy
  }
}
