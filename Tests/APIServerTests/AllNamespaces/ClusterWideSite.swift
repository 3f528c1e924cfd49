import Foundation
import KubernetesClient
import SatisAPI
import TestSupport

/// An API server of its own, for an operator that sees all of it, with the rights of `deploy/overlays/cluster-wide`.
struct ClusterWideSite: Sendable {
  /// Where the operator is, by the name that the manifests have.
  static let home = "satis-system"

  /// With all rights.
  let server: TestServer
  private let folder: URL
  private let kubectl: Kubectl

  /// Runs a body on an empty server that has the resource definitions, the operator's accounts and their rights.
  static func run(_ body: (ClusterWideSite) async throws -> Void) async throws {
    let own = try TestServer()
    let second = try SecondServer(beside: own, isEmpty: true)
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("all-namespaces-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer {
      second.kill()
      try? FileManager.default.removeItem(at: folder)
    }
    try await second.start()
    let kubeconfig = folder.appendingPathComponent("admin").path
    try String(contentsOfFile: own.kubeconfig, encoding: .utf8)
      .replacingOccurrences(of: own.client.configuration.server, with: second.configuration.server)
      .write(toFile: kubeconfig, atomically: true, encoding: .utf8)
    let site = ClusterWideSite(
      server: try TestServer(kubeconfig: kubeconfig), folder: folder, kubectl: Kubectl(kubeconfig: kubeconfig)
    )
    try await site.install()
    try await body(site)
  }

  private func install() async throws {
    let version = try JSONValue(parsing: try await kubectl.run("version", "-o", "json").utf8)
    let minor = (version["serverVersion"]?["minor"]?.text ?? "").prefix { $0.isNumber }
    let definitions = (Int(minor) ?? 0) >= 29 ? "crds" : "crds/legacy"
    try await kubectl.run("apply", "-f", Self.path(definitions))
    try await kubectl.run(
      "wait", "--for", "condition=Established", "crd/satisrepositories.satis.dev", "crd/satisbuilds.satis.dev"
    )
    try await kubectl.run("create", "namespace", Self.home)
    for account in ["satis-controller", "satis-webhook"] {
      try await kubectl.run("create", "serviceaccount", account, "-n", Self.home)
    }
    try await kubectl.run("apply", "-f", Self.path("deploy/overlays/cluster-wide/cluster-roles.yaml"))
    try await kubectl.run(
      "create", "role", "leases", "-n", Self.home, "--verb", "get,list,watch,create,patch", "--resource",
      "leases.coordination.k8s.io")
    try await kubectl.run(
      "create", "rolebinding", "leases", "-n", Self.home, "--role", "leases", "--serviceaccount",
      "\(Self.home):satis-controller")
  }

  /// Makes a namespace, with what a team applies where the operator is to serve it.
  func makeNamespace(_ name: String, isServed: Bool = true) async throws {
    try await kubectl.run("create", "namespace", name)
    if isServed { try await serve(name) }
  }

  /// Lets the operator into a namespace.
  func serve(_ namespace: String) async throws {
    try await kubectl.run(
      "apply", "-n", namespace, "-f", Self.path("deploy/overlays/served-namespace/role-bindings.yaml"))
  }

  /// A kubeconfig by which a program is what its pod would be: the account, and the namespace that it is in.
  func kubeconfig(of account: String) async throws -> String {
    let path = folder.appendingPathComponent(account).path
    try? FileManager.default.removeItem(atPath: path)
    try FileManager.default.copyItem(atPath: server.kubeconfig, toPath: path)
    let own = Kubectl(kubeconfig: path)
    let token = try await kubectl.token(of: account, in: Self.home)
    try await own.run("config", "set-credentials", account, "--token", token)
    try await own.run("config", "set-context", "--current", "--user", account, "--namespace", Self.home)
    return path
  }

  /// The file that takes what a program logs.
  func log(of program: String) -> URL { folder.appendingPathComponent("\(program).log") }

  private static func path(_ file: String) -> String {
    (1...4).reduce(URL(fileURLWithPath: #filePath)) { url, _ in url.deletingLastPathComponent() }
      .appendingPathComponent(file).path
  }
}
