import Curl
import Foundation
public import KubernetesClient
import Synchronization

/// An API server beside the test's own, on the same etcd and with the same users, which a test may kill and start again.
public final class SecondServer: Sendable {
  /// How it is reached; the port stays the same.
  public let configuration: ClusterConfiguration
  private let command: [String]
  private let process = Mutex<Process?>(nil)

  /// Describes a server that does not run yet: the test's own on another port.
  ///
  /// - Parameter isEmpty: whether it begins without any objects and has its own, resource definitions included, instead
  ///   of those of the test's server.
  /// - Throws: when the test has not been started by `Tests/Cluster/with-apiserver`.
  public init(beside server: TestServer, isEmpty: Bool = false) throws {
    let variable = "SATIS_TEST_APISERVER_PID"
    guard let pid = ProcessInfo.processInfo.environment[variable] else {
      throw TestFailure("\(variable) is not set; run the tests by `make test`")
    }
    let port = try FreePort.find()
    // The audit log is the other one's.
    let own = ["--secure-port": "\(port)", "--audit-log-path": "-"]
    var words = try String(contentsOfFile: "/proc/\(pid)/cmdline", encoding: .utf8)
      .split(separator: "\0").map(String.init)
    for (option, value) in zip(words, words.indices.dropFirst()) {
      if let changed = own[option] { words[value] = changed }
    }
    command = words + (isEmpty ? ["--etcd-prefix", "/second-\(port)"] : [])
    var configuration = server.client.configuration
    configuration.server = "https://127.0.0.1:\(port)"
    self.configuration = configuration
  }

  /// Starts it and returns when it is ready.
  public func start() async throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["setpriv", "--pdeathsig", "KILL"] + command
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try await withCheckedThrowingContinuation { (started: CheckedContinuation<Void, any Error>) in
      // The kernel kills it with the thread that has started it: whatever becomes of the test, it does not stay.
      Thread.detachNewThread {
        started.resume(with: Result { try process.start() })
        process.waitUntilExit()
      }
    }
    self.process.withLock { $0 = process }
    let curl = try CurlClient()
    var request = CurlRequest(url: configuration.server + "/readyz")
    request.tls.certificateAuthority = configuration.certificateAuthority?.bytes
    while try await !isReady(request, curl) {
      guard process.isRunning else { throw TestFailure("the second API server has ended") }
      try await Task.sleep(for: .milliseconds(50))
    }
    await curl.shutdown()
  }

  private func isReady(_ request: CurlRequest, _ curl: CurlClient) async throws -> Bool {
    do throws(CurlError) {
      return try await curl.send(request).status == 200
    } catch {
      guard error.phase != .cancelled else { throw error }
      return false
    }
  }

  /// `kill -9`: its connections break, and nobody listens any more.
  public func kill() {
    process.withLock { process in
      guard let running = process else { return }
      Glibc.kill(running.processIdentifier, SIGKILL)
      running.waitUntilExit()
      process = nil
    }
  }
}
