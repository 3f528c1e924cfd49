/// Cuts a stream of chunks into lines, wherever the chunks were split.
struct LineBuffer {
  /// The longest line accepted.
  ///
  /// etcd stores objects of up to 1.5 MiB; JSON and `managedFields` make them longer.
  static let maximumLineBytes = 16 << 20

  private var pending: [UInt8] = []

  /// Adds a chunk and returns the lines that are complete now, without their line feeds; empty ones are dropped.
  ///
  /// - Throws: `LineTooLong` when a line does not end within the limit.
  mutating func append(_ chunk: some Collection<UInt8>) throws(LineTooLong) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    var rest = chunk[...]
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      let line = pending + rest[..<end]
      guard line.count <= Self.maximumLineBytes else { throw LineTooLong() }
      if !line.isEmpty { lines.append(line) }
      pending.removeAll(keepingCapacity: true)
      rest = rest[rest.index(after: end)...]
    }
    pending += rest
    guard pending.count <= Self.maximumLineBytes else { throw LineTooLong() }
    return lines
  }
}

/// A line that goes on beyond what any object can need.
struct LineTooLong: Error, CustomStringConvertible {
  var description: String { "a line is longer than \(LineBuffer.maximumLineBytes) bytes" }
}
