import Foundation
import Testing

@testable import KubernetesClient

@Suite struct KubeconfigTests: KubeconfigFixture {
  let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  private func token(_ configuration: ClusterConfiguration) -> String {
    switch configuration.token {
    case .none: "none"
    case .fixed(let token): "fixed \(token)"
    case .file(let path): "file \(path)"
    case .plugin(let plugin): "plugin \(plugin.command)"
    }
  }

  // MARK: - Clusters

  @Test func `the current context is used with its cluster, user and namespace`() throws {
    let path = try write()
    let configuration = try load(path)
    #expect(configuration.server == "https://c.example.org:6443")
    #expect(configuration.namespace == "shop")
    #expect(configuration.user == "u")
    #expect(configuration.certificateAuthority == nil)
    #expect(configuration.origin == "context 'main' of kubeconfig \(path)")
    #expect(token(configuration) == "fixed secret")
  }

  @Test func `every setting of a cluster is taken`() throws {
    let configuration = try load(
      write(
        cluster: """
          certificate-authority-data: \(base64("authority")), insecure-skip-tls-verify: true, \
          tls-server-name: other.example.org, proxy-url: "http://proxy:3128"
          """))
    #expect(configuration.certificateAuthority == PEM(Array("authority".utf8)))
    #expect(configuration.skipsCertificateCheck)
    #expect(configuration.serverName == "other.example.org")
    #expect(configuration.proxyURL == "http://proxy:3128")
  }

  @Test func `a name or a proxy that is empty is none`() throws {
    let configuration = try load(write(cluster: #"tls-server-name: "", proxy-url: """#))
    #expect(configuration.serverName == nil)
    #expect(configuration.proxyURL == nil)
  }

  @Test func `data in the file wins over the path of another`() throws {
    let configuration = try load(
      write(cluster: "certificate-authority-data: \(base64("data")), certificate-authority: /nowhere"))
    #expect(configuration.certificateAuthority == PEM(Array("data".utf8)))
  }

  @Test func `relative paths are relative to the file that holds them`() throws {
    try directory.write("pki/ca.crt", "authority")
    try directory.write("pki/client.crt", "certificate")
    try directory.write("pki/client.key", "key")
    let configuration = try load(
      write(
        cluster: "certificate-authority: pki/ca.crt",
        user: "client-certificate: pki/client.crt, client-key: pki/client.key, tokenFile: pki/token"))
    let path = "\(directory.path)/pki"
    #expect(configuration.certificateAuthority == PEM(Array("authority".utf8), path: "\(path)/ca.crt"))
    #expect(
      configuration.clientIdentity?.certificate == PEM(Array("certificate".utf8), path: "\(path)/client.crt"))
    #expect(configuration.clientIdentity?.key == PEM(Array("key".utf8), path: "\(path)/client.key"))
    #expect(token(configuration) == "file \(directory.path)/pki/token")
  }

  @Test func `relative paths in a file of the working directory begin there`() throws {
    // The name is unique, and nothing else looks at files of the working directory.
    let name = "kubeconfig-\(UUID().uuidString)"
    let path = try write(user: "tokenFile: token")
    try FileManager.default.copyItem(atPath: path, toPath: name)
    defer { try? FileManager.default.removeItem(atPath: name) }
    #expect(try token(load(name)) == "file ./token")
  }

  // MARK: - Users

  @Test func `client certificates are taken from data`() throws {
    let configuration = try load(
      write(user: "client-certificate-data: \(base64("certificate")), client-key-data: \(base64("key"))"))
    #expect(configuration.clientIdentity?.certificate == PEM(Array("certificate".utf8)))
    #expect(configuration.clientIdentity?.key == PEM(Array("key".utf8)))
    #expect(token(configuration) == "none")
  }

  @Test func `a token file wins over the token beside it`() throws {
    #expect(try token(load(write(user: "token: secret, tokenFile: /run/token"))) == "file /run/token")
  }

  @Test func `half a client certificate is refused with what is missing`() throws {
    let path = try write(user: "client-certificate-data: \(base64("certificate"))")
    #expect(
      problem { try load(path) }
        == "user 'u' of kubeconfig \(path) has only one of client-certificate and client-key; both are needed"
    )
  }

  @Test(arguments: ["auth-provider: {name: gcp}", "username: a, password: b"])
  func `a way to identify oneself that is not supported is named`(user: String) throws {
    let path = try write(user: user)
    let message = problem { try load(path) }
    #expect(
      message.hasPrefix("user 'u' of kubeconfig \(path) identifies itself by '\(user.prefix { $0 != ":" })'"))
    #expect(message.contains("use a token, a tokenFile, a client certificate or exec"))
  }

  @Test(arguments: ["as: readonly", "as-uid: u1", "as-groups: [viewers]", "as-user-extra: {reason: [x]}"])
  func `a user that is to act as another one is refused, whatever it identifies itself by`(
    field: String
  ) throws {
    let path = try write(user: "token: secret, \(field)")
    #expect(
      problem { try load(path) }
        == "user 'u' of kubeconfig \(path) acts as somebody else by '\(field.prefix { $0 != ":" })', which is not "
        + "supported; use a context whose user does not")
  }

  @Test func `a user that acts as nobody else is itself`() throws {
    let path = try write(user: #"token: secret, as: "", as-uid: null, as-groups: [], as-user-extra: {}"#)
    #expect(try token(load(path)) == "fixed secret")
  }

  @Test(arguments: [
    ("socks5://localhost:1080", "socks5h://localhost:1080"), ("SOCKS5://u:p@h:1", "socks5h://u:p@h:1"),
    ("socks5h://h:1", "socks5h://h:1"), ("http://proxy:3128", "http://proxy:3128"),
  ])
  func `a SOCKS proxy is given the server's name`(written: String, used: String) throws {
    let configuration = try load(write(cluster: "proxy-url: \"\(written)\""))
    #expect(configuration.proxyURL == used)
  }

  @Test func `a context without a user, or with an empty one, is nobody`() throws {
    for context in ["{cluster: c}", "{cluster: c, user: \"\"}"] {
      let path = try directory.write(
        "config",
        """
        current-context: main
        clusters: [{name: c, cluster: {server: "http://127.0.0.1:8001/"}}]
        contexts: [{name: main, context: \(context)}]
        """)
      let configuration = try load(path)
      #expect(token(configuration) == "none")
      #expect(configuration.server == "http://127.0.0.1:8001")
      #expect(configuration.namespace == "default")
    }
  }

  // MARK: - Several files

  @Test func `of several files the first entry of a name counts, and files that are missing are passed over`()
    throws
  {
    let first = try directory.write(
      "one/config",
      """
      clusters: [{name: c, cluster: {server: "https://first", certificate-authority: ca.crt}}]
      contexts: [{name: second, context: {cluster: d, user: u}}]
      """)
    try directory.write("one/ca.crt", "the first file's own")
    let second = try directory.write(
      "two/config",
      """
      current-context: main
      clusters: [{name: c, cluster: {server: "https://shadowed"}}, {name: d, cluster: {server: "https://second"}}]
      users: [{name: u, user: {tokenFile: token}}]
      contexts: [{name: main, context: {cluster: c, user: u}}]
      """)
    let main = try load(first, "/nowhere/config", second)
    #expect(main.server == "https://first")
    #expect(main.certificateAuthority?.bytes == Array("the first file's own".utf8))
    #expect(token(main) == "file \(directory.path)/two/token")
    #expect(try load(first, second, context: "second").server == "https://second")
  }

  @Test func `an empty file adds nothing and breaks nothing`() throws {
    let empty = try directory.write("empty", "")
    let path = try write()
    #expect(try load(empty, path).server == "https://c.example.org:6443")
    #expect(problem { try load(empty) }.contains("has no current-context"))
  }

  // MARK: - What is missing

  @Test func `what a context needs and does not find is named with the file`() throws {
    let path = try directory.write(
      "config",
      """
      clusters: [{name: c, cluster: {server: "https://c"}}]
      contexts: [{name: a, context: {cluster: none, user: u}}, {name: b, context: {cluster: c, user: none}}]
      """)
    #expect(
      problem { try load(path) }
        == "kubeconfig \(path) has no current-context; choose one with `kubectl config use-context`")
    #expect(problem { try load(path, context: "z") } == "kubeconfig \(path) has no context 'z'; it has: a, b")
    #expect(
      problem { try load(path, context: "a") }
        == "context 'a' of kubeconfig \(path) names the cluster 'none', which is missing")
    #expect(
      problem { try load(path, context: "b") }
        == "context 'b' of kubeconfig \(path) names the user 'none', which is missing")
  }

  @Test func `a file that is missing, unreadable or no kubeconfig is named`() throws {
    #expect(
      problem { try load("/nowhere/config") }
        == "kubeconfig needs the file /nowhere/config, which cannot be read: it does not exist")
    #expect(problem { try load("/nowhere/a", "/nowhere/b") }.contains("/nowhere/a, /nowhere/b"))
    let path = try directory.write("config", "clusters: {name: c}")
    #expect(problem { try load(path) }.hasPrefix("kubeconfig \(path) is no kubeconfig: "))
    let missing = try write(cluster: "certificate-authority: ca.crt", to: "other")
    #expect(
      problem { try load(missing) }
        == "cluster 'c' of kubeconfig \(missing) needs the file \(directory.path)/ca.crt, which cannot be read: "
        + "it does not exist")
    let data = try write(cluster: "certificate-authority-data: '!'", to: "data")
    #expect(
      problem { try load(data) }
        == "cluster 'c' of kubeconfig \(data) has a field ending in -data that is no base64")
  }

  // MARK: - What is broken

  @Test(arguments: [
    "token: @s3cret", "token: \"s3cret", "token: s3cret: s3cret", "token: *s3cret", "token: s3cret\u{7}",
    "s3cret: 1\n    s3cret: 2",
  ])
  func `a file that is no YAML is named with the line, of which nothing is shown`(broken: String) throws {
    let path = try directory.write(
      "config",
      """
      apiVersion: v1
      kind: Config
      users:
      - name: u
        user:
          \(broken)
      """)
    let message = problem { try load(path) }
    #expect(message.hasPrefix("kubeconfig \(path) is no kubeconfig: "))
    #expect(message.contains(" in line 6"))
    #expect(!message.contains("s3cret"))
  }

  @Test(arguments: [
    ("users: [{name: u, user: {token: [s3cret]}}]", " at users.[0].user.token"),
    ("users: [{user: {token: s3cret}}]", " 'name' is missing at users.[0]"),
    ("s3cret", " at the top"),
  ])
  func `a field that does not fit is named with its place, and nothing of it is shown`(
    text: String, place: String
  ) throws {
    let path = try directory.write("config", text)
    let message = problem { try load(path) }
    #expect(message.hasPrefix("kubeconfig \(path) is no kubeconfig: "))
    #expect(message.hasSuffix(place))
    #expect(!message.contains("s3cret"))
  }
}
