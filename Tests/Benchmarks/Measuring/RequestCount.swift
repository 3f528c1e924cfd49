import Foundation

/// The requests that a controller makes, from the API server's audit log.
struct RequestCount: Sendable {
  /// How the benchmarks' own requests name themselves.
  static let benchmarkAgent = "satis-benchmark"

  /// Those whose requests do not count: the benchmarks, and the server, which asks itself about quotas.
  private static let others = [benchmarkAgent, "kube-apiserver"]

  private let path: String
  private let start: UInt64

  /// Counts from now on.
  init(auditLog path: String) throws {
    self.path = path
    let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    defer { try? file.close() }
    start = try file.seekToEnd()
  }

  /// The number of requests since the beginning, by what they do, as in `patch satisbuilds/status`.
  ///
  /// - Parameter namespace: only requests in this namespace count, and none of the benchmarks' own.
  func requests(in namespace: String) throws -> [String: Int] {
    let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    defer { try? file.close() }
    try file.seek(toOffset: start)
    var counts: [String: Int] = [:]
    let wanted = Data(#""namespace":"\#(namespace)""#.utf8)
    while let lines = try Self.lines(file) {
      for line in lines where line.range(of: wanted) != nil {
        guard let entry = try? JSONDecoder().decode(Entry.self, from: line), entry.counts(in: namespace)
        else { continue }
        counts[entry.name, default: 0] += 1
      }
    }
    return counts
  }

  /// Whole lines of some megabytes of the file; nil at its end.
  private static func lines(_ file: FileHandle) throws -> [Data]? {
    guard var chunk = try file.read(upToCount: 4 << 20), !chunk.isEmpty else { return nil }
    guard let end = chunk.lastIndex(of: UInt8(ascii: "\n")) else { return nil }
    let rest = chunk.count - (end - chunk.startIndex) - 1
    if rest > 0 {
      try file.seek(toOffset: try file.offset() - UInt64(rest))
      chunk = chunk[...end]
    }
    return chunk.split(separator: UInt8(ascii: "\n"))
  }

  /// A line of the log (audit.k8s.io/v1).
  private struct Entry: Decodable {
    var stage: String
    var verb: String
    var userAgent: String?
    var objectRef: Reference?

    struct Reference: Decodable {
      var resource: String
      var subresource: String?
      var namespace: String?
    }

    var name: String {
      "\(verb) \(objectRef?.resource ?? "")\(objectRef?.subresource.map { "/\($0)" } ?? "")"
    }

    func counts(in namespace: String) -> Bool {
      // A watch is complete only when it ends.
      objectRef?.namespace == namespace && stage == (verb == "watch" ? "ResponseStarted" : "ResponseComplete")
        && !RequestCount.others.contains { userAgent?.hasPrefix($0) == true }
    }
  }
}
