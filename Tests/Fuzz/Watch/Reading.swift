@testable import KubernetesClient

/// What the client makes of a stream.
struct Reading: Equatable, CustomStringConvertible {
  private(set) var events = 0
  private(set) var unreadable = 0
  /// The error that ended it.
  private(set) var problem: String?
  /// What the events were, in short words.
  private var words: [String] = []

  /// Reads a stream in pieces.
  ///
  /// - Parameter size: the bytes of the next piece, at least 1, of as many that are left.
  init(of bytes: [UInt8], size: (_ left: Int) -> Int) {
    var buffer = LineBuffer()
    var rest = bytes[...]
    do {
      while !rest.isEmpty {
        let piece = rest.prefix(size(rest.count))
        for line in try buffer.append(piece) { try take(WatchEvent<Job>(line: line)) }
        rest = rest[piece.endIndex...]
      }
    } catch {
      problem = "\(error)"
    }
    // The same bytes as the answer to a list: they are none, or they are a page.
    _ = try? ListReader<Job>.page(from: bytes)
    _ = try? JSONValue(parsing: bytes)
  }

  private mutating func take(_ event: WatchEvent<Job>) {
    events += 1
    switch event {
    case .applied(let job): words.append("applied \(job.key) \(job.status?.conditions?.count ?? -1)")
    case .deleted(let job): words.append("deleted \(job.key)")
    case .bookmark(let version, let ends): words.append("bookmark \(version) \(ends)")
    case .failure(let status): words.append("failure \(status)")
    case .unreadable(let object, let version):
      unreadable += 1
      words.append("unreadable \(object) \(version)")
    }
  }

  var description: String { "\(words) and then \(problem ?? "the end")" }
}
