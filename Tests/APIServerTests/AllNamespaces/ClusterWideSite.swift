import Foundation
import KubernetesClient
import SatisAPI
import TestSupport

/// An API server of its own, for an operator that sees all of it, with the rights of `deploy/overlays/cluster-wide`.
struct ClusterWideSite: Sendable {
  /// Where the operator is, by the name that the manifests have.
  static let home = "satis-system"

  private let fresh: FreshServer
  /// With all rights.
  var server: TestServer { fresh.server }
  private var kubectl: Kubectl { fresh.kubectl }

  /// Runs a body on a server that has the operator's accounts and their rights.
  static func run(_ body: (ClusterWideSite) async throws -> Void) async throws {
    try await FreshServer.run { fresh in
      let site = ClusterWideSite(fresh: fresh)
      try await site.install()
      try await body(site)
    }
  }

  private func install() async throws {
    try await kubectl.run("create", "namespace", Self.home)
    for account in ["satis-controller", "satis-webhook"] {
      try await kubectl.run("create", "serviceaccount", account, "-n", Self.home)
    }
    try await kubectl.run(
      "apply", "-f", checkoutPath("deploy/overlays/cluster-wide/cluster-roles.yaml"))
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
      "apply", "-n", namespace, "-f", checkoutPath("deploy/overlays/served-namespace/role-bindings.yaml"))
  }

  /// A kubeconfig by which a program is what its pod would be: the account, and the namespace that it is in.
  func kubeconfig(of account: String) async throws -> String {
    let path = fresh.folder.appendingPathComponent(account).path
    try FileManager.default.copyItem(atPath: server.kubeconfig, toPath: path)
    let own = Kubectl(kubeconfig: path)
    let token = try await kubectl.token(of: account, in: Self.home)
    try await own.run("config", "set-credentials", account, "--token", token)
    try await own.run("config", "set-context", "--current", "--user", account, "--namespace", Self.home)
    return path
  }

  /// The file that takes what a program logs.
  func log(of program: String) -> URL { fresh.folder.appendingPathComponent("\(program).log") }
}
