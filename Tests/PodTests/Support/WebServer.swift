import Foundation
import KubernetesClient
import TestSupport

/// The web server of `deploy/` in a pod, over the output of a site.
struct WebServer {
  private let site: Site
  private let address: String

  /// Starts it.
  static func start(in site: Site) async throws -> WebServer {
    try await site.kubectl(
      "create", "configmap", "satis-web", "--from-file", Site.manifest("web/nginx.conf").path)
    let manifest = try String(contentsOf: Site.manifest("web/deployment.yaml"), encoding: .utf8)
    try await site.kubectl(
      "apply", "-f", "-",
      input: manifest.replacing("image: nginxinc/nginx-unprivileged", with: "image: \(Site.webImage)"))
    try await site.kubectl("rollout", "status", "deployment/satis-web", "--timeout", "120s")
    let address = try await site.kubectl(
      "get", "pods", "-l", "app.kubernetes.io/component=web", "-o", "jsonpath={.items[0].status.podIP}")
    return WebServer(site: site, address: address)
  }

  /// Every file of the release, byte for byte as a client gets it.
  func everything() async throws -> [String: Data] {
    var served: [String: Data] = [:]
    for file in try site.output.files() {
      served[file] = try await get(file)
    }
    return served
  }

  private func get(_ file: String) async throws -> Data {
    let copy = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: copy) }
    let path = file.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? file
    try await Command.run([
      "curl", "--silent", "--show-error", "--fail", "--noproxy", "*", "--output", copy.path,
      "http://\(address):8080/\(path)",
    ])
    return try Data(contentsOf: copy)
  }
}
