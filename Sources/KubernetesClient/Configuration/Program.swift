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
  /// What it has started in its turn and left behind is not waited for.
  ///
  /// - Parameter limit: seconds after which it is killed, with all that it has started.
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
    let end = ProgramEnd(of: process)
    var printed = ProgramOutput(output)
    var complained = ProgramOutput(complaints)
    let due = ContinuousClock.now + .seconds(limit)
    var wasKilled = false
    while !end.hasCome {
      let wait = wasKilled ? -1 : max(0, Int((due - .now) / .milliseconds(1)) + 1)
      if ProgramOutput.wait(for: [printed, complained], or: end, milliseconds: wait) {
        printed.take()
        complained.take()
      } else {
        wasKilled = true
        // Foundation begins a group for each program.
        kill(-process.processIdentifier, SIGKILL)
      }
    }
    printed.take()
    complained.take()
    let complaint = FileContents.trimmed(Array(complained.bytes.suffix(1_000)))
    let words = complaint.isEmpty ? "" : ": \(complaint)"
    if wasKilled { return .failed("was killed, as it had not ended after \(limit) s\(words)") }
    guard end.status == 0 else { return .failed("ended with status \(end.status)\(words)") }
    return .output(printed.bytes)
  }
}

/// The end of a program itself.
///
/// Foundation waits for all that have inherited from it, as does whoever reads its pipes to their end: a daemon that it has
/// started would keep them waiting for ever.
private final class ProgramEnd: Sendable {
  private let pipe = Pipe()
  private let found = Mutex<Int32?>(nil)

  init(of process: Process) {
    Thread.detachNewThread { [self] in
      let pid = process.processIdentifier
      var information = siginfo_t()
      var result: Int32
      // Foundation collects it, and may have done so already.
      repeat {
        result = waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT)
      } while result < 0 && errno == EINTR
      let status: Int32
      if result == 0 {
        status = information._sifields._sigchld.si_status
      } else {
        process.waitUntilExit()
        status = process.terminationStatus
      }
      found.withLock { $0 = status }
      try? pipe.fileHandleForWriting.close()
    }
  }

  /// Whether it has come.
  var hasCome: Bool { found.withLock { $0 != nil } }

  /// The exit code, or the signal that has ended it; 0 before it has ended.
  var status: Int32 { found.withLock { $0 ?? 0 } }

  /// Becomes readable with the end.
  var descriptor: Int32 { pipe.fileHandleForReading.fileDescriptor }
}

/// What a program prints, as far as it has come.
private struct ProgramOutput {
  /// Nothing that is asked of a program is longer.
  private static let longest = 1 << 20

  private(set) var bytes: [UInt8] = []
  private let pipe: Pipe
  private var isOpen = true

  init(_ pipe: Pipe) {
    self.pipe = pipe
    _ = fcntl(pipe.fileHandleForReading.fileDescriptor, F_SETFL, O_NONBLOCK)
  }

  /// Takes what is there, without waiting for more.
  mutating func take() {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while isOpen {
      let count = read(pipe.fileHandleForReading.fileDescriptor, &buffer, buffer.count)
      guard count > 0 else {
        isOpen = count < 0 && (errno == EAGAIN || errno == EINTR)
        return
      }
      bytes += buffer[..<min(count, Self.longest - bytes.count)]
    }
  }

  /// Waits until something was printed or the program has ended.
  ///
  /// - Parameter milliseconds: how long at most; negative for as long as it takes.
  /// - Returns: false when nothing happened in that time.
  static func wait(for outputs: [Self], or end: ProgramEnd, milliseconds: Int) -> Bool {
    let open = outputs.filter(\.isOpen).map(\.pipe.fileHandleForReading.fileDescriptor)
    var descriptors = (open + [end.descriptor]).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    return poll(&descriptors, nfds_t(descriptors.count), Int32(clamping: milliseconds)) != 0
  }
}
