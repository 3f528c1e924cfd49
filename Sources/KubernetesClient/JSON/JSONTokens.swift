/// The smallest parts of JSON text: strings, numbers, words and what stands between them.
///
/// What is called for every byte or two is inlined, which halves the time of the whole.
extension JSONReader {
  /// Reads a string and returns the place of its text, without the quotation marks.
  mutating func string() throws(JSONCodingError) -> (JSONDocument.Kind, Range<Int>) {
    try pass("\"")
    let start = position
    var kind = JSONDocument.Kind.plainString
    while true {
      position = endOfPlainText()
      switch peek() {
      case UInt8(ascii: "\""):
        position += 1
        return (kind, start..<(position - 1))
      case UInt8(ascii: "\\"):
        kind = .escapedString
        try escape()
      default:
        throw problem(position < bytes.count ? "a control character in a string" : "a string does not end")
      }
    }
  }

  /// The next byte of a string that is more than a part of its text.
  ///
  /// Most bytes of an object are read here, so without the checks of an array.
  private func endOfPlainText() -> Int {
    bytes.withUnsafeBufferPointer { bytes in
      var end = position
      while end < bytes.count {
        let byte = bytes[end]
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 { break }
        end += 1
      }
      return end
    }
  }

  private mutating func escape() throws(JSONCodingError) {
    position += 1
    switch peek() {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      position += 1
    case UInt8(ascii: "u"):
      position += 1
      for _ in 0..<4 {
        switch peek() {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
          UInt8(ascii: "A")...UInt8(ascii: "F"):
          position += 1
        default: throw problem("no hexadecimal digit after \\u")
        }
      }
    default: throw problem("an escape that JSON does not know")
    }
  }

  mutating func number() throws(JSONCodingError) {
    if peek() == UInt8(ascii: "-") { position += 1 }
    if peek() == UInt8(ascii: "0") { position += 1 } else { try digits() }
    if peek() == UInt8(ascii: ".") {
      position += 1
      try digits()
    }
    if peek() | 0x20 == UInt8(ascii: "e") {
      position += 1
      if peek() == UInt8(ascii: "+") || peek() == UInt8(ascii: "-") { position += 1 }
      try digits()
    }
  }

  private mutating func digits() throws(JSONCodingError) {
    let start = position
    while (0x30...0x39).contains(peek()) { position += 1 }
    if position == start { throw problem("no digit in a number") }
  }

  mutating func word() throws(JSONCodingError) -> JSONDocument.Kind {
    let (word, kind): (StaticString, JSONDocument.Kind) =
      switch peek() {
      case UInt8(ascii: "t"): ("true", .yes)
      case UInt8(ascii: "f"): ("false", .no)
      case UInt8(ascii: "n"): ("null", .null)
      default: throw problem("no value")
      }
    let end = position + word.utf8CodeUnitCount
    guard end <= bytes.count, word.withUTF8Buffer({ $0.elementsEqual(bytes[position..<end]) }) else {
      throw problem("no value")
    }
    position = end
    return kind
  }

  // MARK: - Punctuation

  /// The next byte; 0 at the end, which JSON allows nowhere.
  @inline(__always)
  func peek() -> UInt8 { position < bytes.count ? bytes[position] : 0 }

  @inline(__always)
  mutating func skipBlanks() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      default: return
      }
    }
  }

  @inline(__always)
  mutating func pass(_ character: Unicode.Scalar) throws(JSONCodingError) {
    skipBlanks()
    guard peek() == UInt8(ascii: character) else { throw problem("no '\(character)'") }
    position += 1
  }

  mutating func open(_ bracket: Unicode.Scalar) throws(JSONCodingError) {
    try pass(bracket)
    depth += 1
    if depth > Self.maximumDepth {
      throw JSONCodingError("more than \(Self.maximumDepth) containers in each other at byte \(position)")
    }
  }

  /// Whether a container ends here, before an element.
  @inline(__always)
  mutating func isClosed(by bracket: Unicode.Scalar) throws(JSONCodingError) -> Bool {
    skipBlanks()
    guard peek() == UInt8(ascii: bracket) else { return false }
    position += 1
    depth -= 1
    return true
  }

  /// Reads the comma after an element, and makes sure that another one follows; the bracket stays.
  @inline(__always)
  mutating func separate(by bracket: Unicode.Scalar) throws(JSONCodingError) {
    skipBlanks()
    if peek() == UInt8(ascii: bracket) { return }
    try pass(",")
    skipBlanks()
    if peek() == UInt8(ascii: bracket) { throw problem("a comma before the end of a container") }
  }

  func problem(_ words: String) -> JSONCodingError {
    JSONCodingError("no JSON: \(words) at byte \(position)")
  }
}
