import FoundationEssentials
import Glibc

/// What Linux knows of this process, under the names that Prometheus' clients have for it.
public enum ProcessMetrics {
  /// The metrics of every process.
  public static let descriptions: [MetricDescription] = [
    .counter(
      "process_cpu_seconds_total", "CPU time of the process, of user and system together, in seconds."),
    .gauge("process_max_fds", "File descriptors that the process may have open."),
    .gauge("process_open_fds", "File descriptors that the process has open."),
    .gauge("process_resident_memory_bytes", "Memory of the process that is in RAM, in bytes."),
    .gauge("process_start_time_seconds", "When the process was started, in seconds since 1970."),
    .gauge("process_virtual_memory_bytes", "Address space of the process, in bytes."),
  ]

  /// Reads them at each scrape.
  public static func follow(in registry: MetricsRegistry) {
    registry.onScrape { registry in
      if let process = ProcessStatistics.current() {
        registry.set("process_cpu_seconds_total", to: process.cpuSeconds)
        registry.set("process_resident_memory_bytes", to: process.residentBytes)
        registry.set("process_virtual_memory_bytes", to: process.virtualBytes)
        registry.set("process_start_time_seconds", to: process.startTime)
      }
      if let open = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count {
        registry.set("process_open_fds", to: Double(open))
      }
      var limit = rlimit()
      if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
        registry.set("process_max_fds", to: Double(limit.rlim_cur))
      }
    }
  }
}

/// What `/proc/self/stat` says (proc(5)).
struct ProcessStatistics: Hashable {
  var cpuSeconds: Double
  var residentBytes: Double
  var virtualBytes: Double
  /// Seconds since 1970.
  var startTime: Double

  /// Nil where there is no `/proc`, or one of another kind.
  static func current() -> ProcessStatistics? {
    guard let own = try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8),
      let system = try? String(contentsOfFile: "/proc/stat", encoding: .utf8)
    else { return nil }
    return ProcessStatistics(
      stat: own, systemStat: system, ticksPerSecond: Double(sysconf(Int32(_SC_CLK_TCK))),
      pageBytes: Double(sysconf(Int32(_SC_PAGESIZE))))
  }

  /// - Parameters:
  ///   - stat: the line of `/proc/self/stat`.
  ///   - systemStat: `/proc/stat`, which knows when the machine was started.
  init?(stat: String, systemStat: String, ticksPerSecond: Double, pageBytes: Double) {
    // The second field is the program's name, in which there may be spaces and brackets.
    guard let nameEnd = stat.lastIndex(of: ")") else { return nil }
    // Fields are counted from 1; after the name comes the third.
    let fields = stat[nameEnd...].split(separator: " ").dropFirst().map { Double($0) }
    func field(_ number: Int) -> Double? { fields.indices.contains(number - 3) ? fields[number - 3] : nil }
    let bootLine = systemStat.split(separator: "\n").first { $0.hasPrefix("btime ") }
    guard let user = field(14), let system = field(15), let start = field(22), let virtual = field(23),
      let resident = field(24), let boot = bootLine.flatMap({ Double($0.dropFirst(6)) })
    else { return nil }
    cpuSeconds = (user + system) / ticksPerSecond
    residentBytes = resident * pageBytes
    virtualBytes = virtual
    startTime = boot + start / ticksPerSecond
  }
}
