public import Foundation
import Synchronization

/// Programs that a test runs.
///
/// While they run, no thread of other tasks is held up.
public enum Command {
  /// Runs a program of the PATH and returns what it printed.
  ///
  /// - Parameters:
  ///   - words: the program and its arguments.
  ///   - input: what it reads on its standard input.
  /// - Throws: `TestFailure` with what it wrote to its standard error when it fails.
  @discardableResult
  public static func run(
    _ words: [String], input: String = "", in directory: URL? = nil
  ) async throws -> String {
    let result = try await result(of: words, input: input, in: directory)
    guard result.exitCode == 0 else {
      throw TestFailure("\(words.joined(separator: " ")): \(result.errors)")
    }
    return result.output
  }

  /// Runs a program of the PATH and returns how it ended.
  ///
  /// Words such as `NAME=value` before the program are its environment, beside what the tests have.
  public static func result(
    of words: [String], input: String = "", in directory: URL? = nil
  ) async throws -> CommandResult {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(with: Result { try runBlocking(words, input: input, in: directory) })
      }
    }
  }

  /// The lines that a program prints, as they come.
  ///
  /// It is ended when nobody reads on.
  public static func lines(_ words: [String]) throws -> AsyncStream<String> {
    let (process, output, _) = process(words)
    try process.start()
    return AsyncStream { continuation in
      continuation.onTermination = { _ in process.terminate() }
      Thread.detachNewThread {
        var rest = Data()
        while case let piece = output.fileHandleForReading.availableData, !piece.isEmpty {
          rest += piece
          while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            continuation.yield(String(decoding: rest[..<end], as: UTF8.self))
            rest = Data(rest[(end + 1)...])
          }
        }
        continuation.finish()
      }
    }
  }

  private static func runBlocking(
    _ words: [String], input: String, in directory: URL?
  ) throws -> CommandResult {
    let (process, output, errors) = process(words)
    process.currentDirectoryURL = directory
    let stdin = Pipe()
    process.standardInput = stdin
    try process.start()
    try stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try stdin.fileHandleForWriting.close()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    let problems = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return CommandResult(
      exitCode: process.terminationStatus, output: String(decoding: text, as: UTF8.self),
      errors: String(decoding: problems, as: UTF8.self))
  }

  private static func process(_ words: [String]) -> (Process, output: Pipe, errors: Pipe) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    let output = Pipe()
    let errors = Pipe()
    process.standardOutput = output
    process.standardError = errors
    return (process, output, errors)
  }
}

extension Process {
  private static let starting = Mutex(())

  /// Starts the program, one at a time in this process: Foundation's `run` has crashed where many threads were in it.
  func start() throws {
    try Self.starting.withLock { _ in try run() }
  }
}

/// How a program ended.
public struct CommandResult: Sendable {
  /// The exit code.
  public let exitCode: Int32
  /// What it wrote to its standard output.
  public let output: String
  /// What it wrote to its standard error.
  public let errors: String
}
