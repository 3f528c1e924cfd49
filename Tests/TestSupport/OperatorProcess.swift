public import Foundation
import KubernetesClient

/// The operator's executable as a process of its own, for tests that kill it.
public final class OperatorProcess: Sendable {
  private let process: Process

  /// Starts `satis-operator` with arguments.
  ///
  /// - Parameter log: the file that takes what it logs; nil when nobody is to read it.
  public init(_ arguments: [String], environment: [String: String] = [:], log: URL? = nil) throws {
    let process = Process()
    process.executableURL = try Self.executable()
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, own in own }
    if let log {
      try Data().write(to: log)
      process.standardError = try FileHandle(forWritingTo: log)
    } else {
      process.standardError = FileHandle.nullDevice
    }
    process.standardOutput = FileHandle.nullDevice
    try process.start()
    self.process = process
  }

  /// Starts the controller for a namespace.
  ///
  /// - Parameters:
  ///   - electsLeader: whether it waits for the Lease. Otherwise a test can kill it and start the next one at once, which
  ///     would have to wait until the Lease of the dead one has run out.
  ///   - healthPort: the port of its probes; 0 for any free one.
  public static func controller(
    kubeconfig: String, namespace: String, defaultImage: String = "satis:test", electsLeader: Bool = false,
    healthPort: Int = 0, log: URL? = nil
  ) throws -> OperatorProcess {
    try OperatorProcess(
      [
        "controller", "--kubeconfig", kubeconfig, "--namespace", namespace, "--default-image", defaultImage,
        "--health-port", "\(healthPort)", electsLeader ? "--leader-elect" : "--no-leader-elect",
        "--log-format", "json",
      ], log: log)
  }

  /// Lets the process stand still, as on a machine without time for it.
  public func freeze() {
    kill(process.processIdentifier, SIGSTOP)
  }

  /// Lets it go on.
  public func thaw() {
    kill(process.processIdentifier, SIGCONT)
  }

  /// Asks the process to end and does not wait for it.
  public func beginTermination() {
    process.terminate()
  }

  /// Waits until the process has ended, and returns its exit code.
  public func end() async -> Int32 {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { [process] in
        process.waitUntilExit()
        continuation.resume(returning: process.terminationStatus)
      }
    }
  }

  /// `kill -9`, and the wait until the process is gone.
  public func killHard() {
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  /// Asks the process to end and returns its exit code.
  @discardableResult
  public func terminate() -> Int32 {
    process.terminate()
    process.waitUntilExit()
    return process.terminationStatus
  }

  /// The executable is built beside the tests.
  static func executable() throws -> URL {
    var directory = URL(fileURLWithPath: ProcessInfo.processInfo.arguments[0]).deletingLastPathComponent()
    for _ in 0..<3 {
      let candidate = directory.appendingPathComponent("satis-operator")
      if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate }
      directory.deleteLastPathComponent()
    }
    throw TestFailure("satis-operator is not built beside the tests; run `swift build`")
  }
}
