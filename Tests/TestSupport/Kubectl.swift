import Foundation
import KubernetesClient

/// kubectl, for what a test does as a user would.
public struct Kubectl: Sendable {
  private let words: [String]

  /// Uses a kubeconfig, and a namespace instead of the one that it names.
  public init(kubeconfig: String, namespace: String? = nil) {
    words = ["kubectl", "--kubeconfig", kubeconfig] + (namespace.map { ["--namespace", $0] } ?? [])
  }

  /// Runs kubectl and returns what it printed.
  ///
  /// - Throws: `TestFailure` with its messages when it fails.
  @discardableResult
  public func run(_ arguments: String..., input: String = "") async throws -> String {
    try await Command.run(words + arguments, input: input)
  }

  /// The lines that kubectl prints, as they come.
  public func lines(_ arguments: String...) throws -> AsyncStream<String> {
    try Command.lines(words + arguments)
  }

  /// A token of a service account.
  ///
  /// By a request of its own, since kubectl has had a command for it only since 1.24.
  public func token(of serviceAccount: String, in namespace: String) async throws -> String {
    let answer = try await run(
      "create", "--raw", "/api/v1/namespaces/\(namespace)/serviceaccounts/\(serviceAccount)/token", "-f", "-",
      input:
        #"{"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"audiences": null}}"#)
    guard let token = try JSONValue(parsing: answer.utf8)["status"]?["token"]?.text else {
      throw TestFailure("the API server gave no token of \(serviceAccount): \(answer)")
    }
    return token
  }
}
