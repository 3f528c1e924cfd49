import Glibc
import Synchronization

/// What a process has used, from the files of the kernel (proc(5)).
struct ProcessUsage: Sendable {
  /// User and system time, in seconds.
  var cpuSeconds: Double
  /// Memory that is resident now, in bytes (`VmRSS`).
  var resident: Double
  /// The part of it that is no file's (`RssAnon`), in bytes.
  var anonymous: Double
  /// The most that was ever resident, in bytes (`VmHWM`).
  var peakResident: Double

  /// Reads the files of a running process.
  init(of process: pid_t) throws {
    let fields = try Self.text("/proc/\(process)/stat")
    // The program's name, in parentheses, may hold blanks.
    let numbers = fields[(fields.lastIndex(of: ")") ?? fields.startIndex)...].split(separator: " ")
    guard numbers.count > 13, let user = Double(numbers[12]), let system = Double(numbers[13]) else {
      throw BenchmarkError("/proc/\(process)/stat has another format")
    }
    cpuSeconds = (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    let status = try Self.text("/proc/\(process)/status")
    func bytes(_ name: String) throws -> Double {
      for line in status.split(separator: "\n") where line.hasPrefix("\(name):") {
        let words = line.split { $0 == " " || $0 == "\t" }
        if words.count > 1, let kilobytes = Double(words[1]) { return kilobytes * 1_024 }
      }
      throw BenchmarkError("/proc/\(process)/status has no \(name): the process has ended")
    }
    resident = try bytes("VmRSS")
    anonymous = try bytes("RssAnon")
    peakResident = try bytes("VmHWM")
  }

  private static func text(_ path: String) throws -> String {
    guard let file = fopen(path, "r") else {
      throw BenchmarkError("\(path) cannot be read: the process has ended")
    }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 8_192)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }
}

/// Looks at a process now and then and keeps the most anonymous memory that it saw: the kernel keeps no such peak.
final class PeakAnonymous: Sendable {
  private let most = Mutex(0.0)

  /// Looks until the task is cancelled or the process has ended.
  func follow(_ process: pid_t) async {
    while !Task.isCancelled, let usage = try? ProcessUsage(of: process) {
      most.withLock { $0 = max($0, usage.anonymous) }
      try? await Task.sleep(for: .milliseconds(50))
    }
  }

  /// In bytes.
  var bytes: Double { most.withLock { $0 } }
}
