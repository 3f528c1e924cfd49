import Crypto
import Curl
import Foundation
public import KubernetesClient

/// The webhook service as the program that users run, and GitHub's part in calling it.
public struct WebhookProcess: Sendable {
  /// The secret that calls are signed with.
  public static let secret = "correct horse battery staple"

  /// The URL under which the namespace's repositories are.
  public let address: String
  /// The URL under which the metrics are.
  public let metricsAddress: String
  private let process: OperatorProcess
  private let curl: CurlClient

  /// Starts the service for a namespace and waits until it is healthy.
  public static func start(kubeconfig: String, namespace: String) async throws -> WebhookProcess {
    let port = try FreePort.find()
    let metricsPort = try FreePort.find()
    let process = try OperatorProcess([
      "webhook", "--kubeconfig", kubeconfig, "--namespace", namespace, "--port", "\(port)",
      "--metrics-port", "\(metricsPort)",
    ])
    let curl = try CurlClient()
    do {
      try await waitUntilHealthy("http://127.0.0.1:\(metricsPort)", curl)
      try await waitUntilHealthy("http://127.0.0.1:\(port)", curl)
    } catch {
      process.killHard()
      throw error
    }
    return WebhookProcess(
      address: "http://127.0.0.1:\(port)/\(namespace)",
      metricsAddress: "http://127.0.0.1:\(metricsPort)/metrics", process: process, curl: curl)
  }

  /// Ends the service.
  public func terminate() {
    process.terminate()
  }

  /// Sends a push event, signed with a secret.
  public func post(
    _ body: String, to repository: String, secret: String = secret, delivery: String = "d1"
  ) async throws -> (status: Int, answer: JSONValue) {
    var request = CurlRequest(method: .post, url: "\(address)/\(repository)")
    let key = SymmetricKey(data: Array(secret.utf8))
    let code = HMAC<SHA256>.authenticationCode(for: Array(body.utf8), using: key)
    let signature = code.map { String(format: "%02x", $0) }.joined()
    request.headers = [
      ("Content-Type", "application/json"), ("X-GitHub-Event", "push"), ("X-GitHub-Delivery", delivery),
      ("X-Hub-Signature-256", "sha256=\(signature)"),
    ]
    request.body = Array(body.utf8)
    let response = try await curl.send(request)
    return (response.status, try JSONValue(parsing: response.body))
  }

  private static func waitUntilHealthy(_ address: String, _ curl: CurlClient) async throws {
    while true {
      do throws(CurlError) {
        if try await curl.send(CurlRequest(method: .get, url: "\(address)/healthz")).status == 200 { return }
      } catch {
        guard error.phase == .connect else { throw error }
        await Task.yield()
      }
    }
  }
}
