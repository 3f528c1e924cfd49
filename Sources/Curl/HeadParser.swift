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
  mutating func accept(_ line: some Collection<UInt8>) -> Step {
    // What follows the body of a chunked response are trailers, which nobody here asks for.
    guard !isComplete else { return .more }
    size += line.count
    guard size <= Self.maximumBytes else { return .tooLarge }
    let text = String(decoding: line, as: UTF8.self).trimmed
    if text.isEmpty {
      // An interim response, such as 100, comes before the real one. 101 is none, and nobody here asks for it.
      guard head.status >= 200 || head.status == 101 else { return .more }
      isComplete = true
      return .complete(head)
    }
    if text.hasPrefix("HTTP/") {
      head = CurlStreamHead(
        status: text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0, headers: [])
    } else if let colon = text.firstIndex(of: ":") {
      head.headers.append((String(text[..<colon]), text[text.index(after: colon)...].trimmed))
    }
    return .more
  }
}

extension StringProtocol {
  fileprivate var trimmed: String {
    let isBlank = { (character: Character) in character.isWhitespace }
    let start = drop(while: isBlank)
    guard let last = start.lastIndex(where: { !isBlank($0) }) else { return "" }
    return String(start[...last])
  }
}
