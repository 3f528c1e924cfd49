import Foundation
import Synchronization

/// A program that runs until it is stopped.
final class Running: Sendable {
  /// What is left when the benchmarks are interrupted.
  private static let all = Mutex<Set<pid_t>>([])

  /// The process id.
  let id: pid_t
  /// When it was started.
  let started: ContinuousClock.Instant
  private let process: Process

  init(_ program: String, _ arguments: [String], _ environment: [String: String], log: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, own in own }
    guard FileManager.default.createFile(atPath: log, contents: nil),
      let output = FileHandle(forWritingAtPath: log)
    else { throw BenchmarkError("\(log) cannot be written") }
    process.standardOutput = output
    process.standardError = output
    started = .now
    try process.run()
    self.process = process
    id = process.processIdentifier
    _ = Self.all.withLock { $0.insert(process.processIdentifier) }
  }

  /// Ends the program, by force where it does not end by itself within 5 seconds.
  func stop() async {
    process.terminate()
    let end = ContinuousClock.now + .seconds(5)
    while process.isRunning, ContinuousClock.now < end { try? await Task.sleep(for: .milliseconds(20)) }
    if process.isRunning { kill(id, SIGKILL) }
    process.waitUntilExit()
    _ = Self.all.withLock { $0.remove(id) }
  }

  /// Takes the programs along when this one is told to end.
  static func endAllOnSignal() -> [any DispatchSourceSignal] {
    [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number)
      source.setEventHandler {
        for process in all.withLock({ $0 }) { kill(process, SIGKILL) }
        exit(128 + number)
      }
      source.resume()
      return source
    }
  }
}

/// Runs a body beside a program, and ends the program whatever happens.
func beside<Result>(_ running: Running?, _ body: () async throws -> Result) async throws -> Result {
  do {
    let result = try await body()
    await running?.stop()
    return result
  } catch {
    await running?.stop()
    throw error
  }
}
