import Foundation

/// kubectl, for what a test does as a user would.
public struct Kubectl: Sendable {
  private let kubeconfig: String

  /// Uses a kubeconfig.
  public init(kubeconfig: String) {
    self.kubeconfig = kubeconfig
  }

  /// Runs kubectl and returns what it printed.
  ///
  /// - Throws: `TestFailure` with its messages when it fails.
  @discardableResult
  public func run(_ arguments: String..., input: String? = nil) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["kubectl", "--kubeconfig", kubeconfig] + arguments
    let output = Pipe()
    let errors = Pipe()
    let stdin = Pipe()
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = stdin
    try process.run()
    try stdin.fileHandleForWriting.write(contentsOf: Data((input ?? "").utf8))
    try stdin.fileHandleForWriting.close()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    let problems = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw TestFailure(
        "kubectl \(arguments.joined(separator: " ")): \(String(decoding: problems, as: UTF8.self))")
    }
    return String(decoding: text, as: UTF8.self)
  }
}
