import Foundation
import Synchronization

/// A program that is run for what it prints, without anything to read.
struct Program: Sendable {
  var path: String
  var arguments: [String]
  var environment: [String: String]

  /// How it ended.
  enum Outcome: Sendable, Equatable {
    case output([UInt8])
    /// In words, with what it complained about.
    case failed(String)
  }

  /// Runs it to its end, on threads of its own: those of tasks must not wait for a program.
  ///
  /// - Parameter limit: seconds after which it is killed.
  func run(limit: Int) async -> Outcome {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { continuation.resume(returning: runAndWait(limit: limit)) }
    }
  }

  private func runAndWait(limit: Int) -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    let output = Pipe()
    let complaints = Pipe()
    process.standardOutput = output
    process.standardError = complaints
    do {
      try process.run()
    } catch {
      return .failed("cannot be run: \(error)")
    }
    let wasKilled = Mutex(false)
    let pid = process.processIdentifier
    let killer = DispatchWorkItem {
      wasKilled.withLock { $0 = true }
      kill(pid, SIGKILL)
    }
    DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(limit), execute: killer)
    // Beside each other, or a program that fills one pipe would wait for ever for the reader of the other.
    let complaint = Mutex("")
    let isRead = DispatchSemaphore(value: 0)
    Thread.detachNewThread { [complaints] in
      let text = Self.read(complaints)
      complaint.withLock { $0 = FileContents.trimmed(Array(text.suffix(1_000))) }
      isRead.signal()
    }
    let printed = Self.read(output)
    isRead.wait()
    process.waitUntilExit()
    killer.cancel()
    let words = complaint.withLock { $0.isEmpty ? "" : ": \($0)" }
    if wasKilled.withLock({ $0 }) {
      return .failed("was killed, as it had not ended after \(limit) s\(words)")
    }
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      return .failed("ended with status \(process.terminationStatus)\(words)")
    }
    return .output(printed)
  }

  private static func read(_ pipe: Pipe) -> [UInt8] {
    (try? pipe.fileHandleForReading.readToEnd()).flatMap { $0 }.map { [UInt8]($0) } ?? []
  }
}
