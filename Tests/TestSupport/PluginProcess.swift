import Foundation

/// The operator's executable as a plugin of kubectl: a process that a test starts under the plugin's name.
public struct PluginProcess: Sendable {
  /// Assignments, as `env` takes them.
  private let environment: [String]

  /// Links the executable as `kubectl-satis` and as `kubectl_complete-satis` in a directory of its own, which goes after
  /// the body.
  ///
  /// - Parameters:
  ///   - kubeconfig: the kubeconfig that it finds.
  ///   - namespace: the one that it is told of.
  public static func linked<Result>(
    kubeconfig: String, namespace: String, _ body: (PluginProcess) async throws -> Result
  ) async throws -> Result {
    let directory = FileManager.default.temporaryDirectory.appending(path: "plugin-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let executable = try OperatorProcess.executable()
    for link in ["kubectl-satis", "kubectl_complete-satis"] {
      try FileManager.default.createSymbolicLink(
        at: directory.appending(path: link), withDestinationURL: executable)
    }
    // A kubeconfig of its own, since the plugin takes the namespace of the context as kubectl does.
    let copy = directory.appending(path: "config")
    try FileManager.default.copyItem(atPath: kubeconfig, toPath: copy.path)
    try await Command.run([
      "kubectl", "--kubeconfig", copy.path, "config", "set-context", "--current", "--namespace", namespace,
    ])
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    return try await body(
      PluginProcess(environment: ["PATH=\(directory.path):\(path)", "KUBECONFIG=\(copy.path)"]))
  }

  /// Runs `kubectl-satis` and returns how it ended.
  public func run(_ words: String...) async throws -> CommandResult {
    try await Command.result(of: environment + ["kubectl-satis"] + words)
  }

  /// The lines that `kubectl-satis` prints, as they come; it is ended when nobody reads on.
  public func lines(_ words: String...) throws -> AsyncStream<String> {
    try Command.lines(environment + ["kubectl-satis"] + words)
  }

  /// Runs `kubectl satis`, which finds the plugin in the PATH.
  public func runByKubectl(_ words: String...) async throws -> CommandResult {
    try await Command.result(of: environment + ["kubectl", "satis"] + words)
  }

  /// What may follow the words, as kubectl asks for it.
  public func completions(_ words: String...) async throws -> [String] {
    try await Command.result(of: environment + ["kubectl_complete-satis"] + words).output
      .split(separator: "\n").map(String.init)
  }
}
