import Glibc
import Synchronization

/// A program that a test runs beside itself.
///
/// Not Foundation's `Process`: it watches programs by `select`, which fails when a process has many descriptors.
final class ChildProcess: Sendable {
  /// More than the tests ever have open.
  private static let descriptorLimit: Int32 = 4_096

  private let identifier: pid_t
  private let output: Int32
  private let isRunning = Mutex(true)

  /// Starts a program found on the path.
  init(_ command: [String]) throws {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw ChildFailure(description: "no pipe for \(command)") }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO)
    // A connection that another program holds too would not end when this one closes it.
    for descriptor in 3..<Self.descriptorLimit { posix_spawn_file_actions_addclose(&actions, descriptor) }
    var arguments = command.map { strdup($0) } + [nil]
    var identifier = pid_t()
    let result = posix_spawnp(&identifier, command[0], &actions, nil, &arguments, environ)
    for argument in arguments { free(argument) }
    posix_spawn_file_actions_destroy(&actions)
    close(ends[1])
    guard result == 0 else {
      close(ends[0])
      throw ChildFailure(description: "\(command[0]) cannot be started: \(String(cString: strerror(result)))")
    }
    self.identifier = identifier
    output = ends[0]
  }

  /// Ends the program, and returns when it has ended.
  ///
  /// By SIGKILL: the threads of a task block signals, and the programs that they start inherit that.
  ///
  /// - Returns: its exit status.
  @discardableResult
  func stop(signal: Int32 = SIGKILL) -> Int32 {
    isRunning.withLock { isRunning in
      guard isRunning else { return 0 }
      isRunning = false
      if signal != 0 { kill(identifier, signal) }
      var status: Int32 = 0
      while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
      close(output)
      return status
    }
  }

  /// Runs a program to its end.
  ///
  /// - Returns: its output.
  @discardableResult
  static func run(_ command: [String]) throws -> String {
    let child = try ChildProcess(command)
    var text = ""
    while let more = child.read() { text += more }
    guard child.stop(signal: 0) == 0 else {
      throw ChildFailure(description: "\(command.joined(separator: " ")): \(text)")
    }
    return text
  }

  /// Reads output until something shows up in it.
  func waitFor<Match>(_ pattern: Regex<Match>) throws -> Match {
    var text = ""
    while let more = read() {
      text += more
      if let match = text.firstMatch(of: pattern) { return match.output }
    }
    stop()
    throw ChildFailure(description: "the program ended: \(text)")
  }

  private func read() -> String? {
    var buffer = [UInt8](repeating: 0, count: 4_096)
    let count = Glibc.read(output, &buffer, buffer.count)
    return count > 0 ? String(decoding: buffer.prefix(count), as: UTF8.self) : nil
  }
}

/// A program that did not do what it should, with what it said.
struct ChildFailure: Error, CustomStringConvertible {
  let description: String
}
