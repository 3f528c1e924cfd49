import Crypto
import Curl
public import Foundation
public import KubernetesClient

/// The webhook service as the program that users run, and GitHub's part in calling it.
public struct WebhookProcess: Sendable {
  /// The secret that calls are signed with.
  public static let secret = "correct horse battery staple"

  /// The URL under which the namespace's repositories are.
  public let address: String
  /// The URL under which the metrics are.
  public let metricsAddress: String
  /// The port of the repositories.
  public let port: Int
  private let process: OperatorProcess
  private let curl: CurlClient

  /// Starts the service for a namespace and waits until it is healthy.
  ///
  /// - Parameters:
  ///   - namespace: nil for all; calls go to `NAMESPACE/REPOSITORY` then.
  ///   - options: what else stands on its command line.
  ///   - log: the file that takes what it logs.
  public static func start(
    kubeconfig: String, namespace: String?, options: [String] = [], log: URL? = nil
  ) async throws -> WebhookProcess {
    let port = try FreePort.find()
    let metricsPort = try FreePort.find()
    let process = try OperatorProcess(
      [
        "webhook", "--kubeconfig", kubeconfig, "--port", "\(port)", "--metrics-port", "\(metricsPort)",
      ] + (namespace.map { ["--namespace", $0] } ?? ["--all-namespaces"]) + options, log: log)
    let curl = try CurlClient()
    do {
      try await waitUntilHealthy("http://127.0.0.1:\(metricsPort)", curl)
      try await waitUntilHealthy("http://127.0.0.1:\(port)", curl)
    } catch {
      process.killHard()
      throw error
    }
    return WebhookProcess(
      address: "http://127.0.0.1:\(port)\(namespace.map { "/\($0)" } ?? "")",
      metricsAddress: "http://127.0.0.1:\(metricsPort)/metrics", port: port, process: process, curl: curl)
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
    request.headers = Self.headers(of: body, secret: secret, delivery: delivery)
    request.body = Array(body.utf8)
    let response = try await curl.send(request)
    return (response.status, try JSONValue(parsing: response.body))
  }

  /// The headers of a push event.
  public static func headers(
    of body: String, secret: String = secret, delivery: String = "d1"
  ) -> [(name: String, value: String)] {
    let key = SymmetricKey(data: Array(secret.utf8))
    let code = HMAC<SHA256>.authenticationCode(for: Array(body.utf8), using: key)
    let signature = code.map { String(format: "%02x", $0) }.joined()
    return [
      ("Content-Type", "application/json"), ("X-GitHub-Event", "push"), ("X-GitHub-Delivery", delivery),
      ("X-Hub-Signature-256", "sha256=\(signature)"),
    ]
  }

  /// A number that the service shows among its metrics; nil when it is not there.
  ///
  /// - Parameter sample: name and labels, as they are shown.
  public func metric(_ sample: String) async throws -> Double? {
    let response = try await curl.send(CurlRequest(method: .get, url: metricsAddress))
    let line = String(decoding: response.body, as: UTF8.self).split(separator: "\n").first {
      $0.hasPrefix("\(sample) ")
    }
    return line.flatMap { Double($0.dropFirst(sample.count + 1)) }
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
