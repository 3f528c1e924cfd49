import Curl
import Foundation
import KubernetesClient
import TestSupport

/// The web server of `deploy/` in a pod, over the output of a site.
struct WebServer {
  private let site: Site
  private let address: String
  private let curl: CurlClient

  /// Starts it.
  static func start(in site: Site) async throws -> WebServer {
    try await site.kubectl.run(
      "create", "configmap", "satis-web", "--from-file", Site.manifest("web/nginx.conf").path)
    let manifest = try String(contentsOf: Site.manifest("web/deployment.yaml"), encoding: .utf8)
    try await site.kubectl.run(
      "apply", "-f", "-",
      input: manifest.replacing("image: nginxinc/nginx-unprivileged", with: "image: \(Site.webImage)"))
    try await site.kubectl.run("rollout", "status", "deployment/satis-web", "--timeout", "120s")
    let address = try await site.kubectl.run(
      "get", "pods", "-l", "app.kubernetes.io/component=web", "-o", "jsonpath={.items[0].status.podIP}")
    return WebServer(site: site, address: address, curl: try CurlClient())
  }

  /// Every file of the release, byte for byte as a client gets it.
  func everything() async throws -> [String: [UInt8]] {
    var served: [String: [UInt8]] = [:]
    for file in try site.output.files() {
      served[file] = try await get(file)
    }
    return served
  }

  /// One file, as a client gets it.
  func get(_ file: String) async throws -> [UInt8] {
    let path = file.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? file
    let response = try await curl.send(CurlRequest(url: "http://\(address):8080/\(path)"))
    guard response.status == 200 else {
      throw TestFailure("the web server answers \(response.status) for \(file)")
    }
    return response.body
  }
}
