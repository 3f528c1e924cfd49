/// Puts the head of a response together from the lines that libcurl hands over.
struct HeadParser {
  /// No honest server sends more; a dishonest one must not fill the memory.
  static let maximumBytes = 256 << 10

  /// What a line leads to.
  enum Step {
    /// More lines are needed.
    case more
    /// The head is whole.
    case complete(CurlStreamHead)
    /// The head is larger than `maximumBytes`.
    case tooLarge
  }

  private var head = CurlStreamHead(status: 0, headers: [])
  private var size = 0
  private var isComplete = false

  /// The head, once it is whole.
  var complete: CurlStreamHead? { isComplete ? head : nil }

  /// Takes the next line with its line break.
  mutating func accept(_ line: some BidirectionalCollection<UInt8>) -> Step {
    // What follows the body of a chunked response are trailers, which nobody here asks for.
    guard !isComplete else { return .more }
    size += line.count
    guard size <= Self.maximumBytes else { return .tooLarge }
    let line = line[...].trimmed
    if line.isEmpty {
      // An interim response, such as 100, comes before the real one. 101 is none, and nobody here asks for it.
      guard head.status >= 200 || head.status == 101 else { return .more }
      isComplete = true
      return .complete(head)
    }
    if line.starts(with: "HTTP/".utf8) {
      let status = line.split(separator: UInt8(ascii: " "), maxSplits: 2).dropFirst().first
      head = CurlStreamHead(
        status: status.flatMap { Int(String(decoding: $0, as: UTF8.self)) } ?? 0, headers: [])
    } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
      let value = line[line.index(after: colon)...].trimmed
      head.headers.append(
        (String(decoding: line[..<colon], as: UTF8.self), String(decoding: value, as: UTF8.self)))
    }
    return .more
  }
}

extension BidirectionalCollection<UInt8> where SubSequence == Self {
  /// Without the line break, and without what surrounds a value (RFC 9110, section 5.6.3).
  fileprivate var trimmed: Self {
    let isBlank = { (byte: UInt8) in
      byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
        || byte == UInt8(ascii: "\n")
    }
    let start = drop(while: isBlank)
    guard let last = start.lastIndex(where: { !isBlank($0) }) else { return start }
    return start[...last]
  }
}
