import Foundation
import KubernetesClient
import TestSupport

/// An API server of its own with the resource definitions and nothing else, for a test that would disturb others.
struct FreshServer: Sendable {
  /// With all rights.
  let server: TestServer
  let kubectl: Kubectl
  /// For files; it goes with the server.
  let folder: URL

  /// Runs a body beside one.
  static func run(_ body: (FreshServer) async throws -> Void) async throws {
    let own = try TestServer()
    let second = try SecondServer(beside: own, isEmpty: true)
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("fresh-server-\(UUID())")
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
    let fresh = FreshServer(
      server: try TestServer(kubeconfig: kubeconfig), kubectl: Kubectl(kubeconfig: kubeconfig), folder: folder
    )
    try await fresh.applyDefinitions()
    try await body(fresh)
  }

  private func applyDefinitions() async throws {
    let version = try JSONValue(parsing: try await kubectl.run("version", "-o", "json").utf8)
    let minor = (version["serverVersion"]?["minor"]?.text ?? "").prefix { $0.isNumber }
    let definitions = (Int(minor) ?? 0) >= 29 ? "crds" : "crds/legacy"
    try await kubectl.run("apply", "-f", checkoutPath(definitions))
    // An older kubectl refuses to wait for a definition that has no status yet; each try asks the server.
    while true {
      do {
        try await kubectl.run(
          "wait", "--for", "condition=Established", "crd/satisrepositories.satis.dev",
          "crd/satisbuilds.satis.dev")
        return
      } catch let refusal as TestFailure where refusal.description.contains("accessor error") {}
    }
  }
}

/// A file of this checkout.
func checkoutPath(_ file: String) -> String {
  (1...3).reduce(URL(fileURLWithPath: #filePath)) { url, _ in url.deletingLastPathComponent() }
    .appendingPathComponent(file).path
}
