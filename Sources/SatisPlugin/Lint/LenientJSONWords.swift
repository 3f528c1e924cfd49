/// The smallest parts of JSON text: names, strings, numbers, words, and what stands between them.
extension LenientJSON {
  func peek(_ ahead: Int = 0) -> UInt8 {
    bytes.indices.contains(position + ahead) ? bytes[position + ahead] : 0
  }

  /// Passes over blanks, and over comments with a complaint.
  mutating func skipBlanks() {
    while position < bytes.count {
      switch peek() {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      case UInt8(ascii: "#"),
        UInt8(ascii: "/") where peek(1) == UInt8(ascii: "/"):
        complainOfComment()
        while position < bytes.count, peek() != 0x0A { position += 1 }
      case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"):
        complainOfComment()
        position += 2
        while position < bytes.count, !(peek() == UInt8(ascii: "*") && peek(1) == UInt8(ascii: "/")) {
          position += 1
        }
        position = min(position + 2, bytes.count)
      default: return
      }
    }
  }

  private mutating func complainOfComment() {
    complain("a comment, which JSON does not have", "remove it, or write it as \"_comment\": \"…\"")
  }

  /// The name of a member; quotes may be missing.
  mutating func name() -> String {
    if peek() == UInt8(ascii: "\"") || peek() == UInt8(ascii: "'") { return string() }
    let start = position
    let text = bareWord()
    complain(
      text.isEmpty ? "no name where a member has to begin" : "the name \(text) has no quotation marks",
      text.isEmpty ? "write \"name\": value" : "write \"\(text)\"", at: start)
    return text
  }

  /// What stands without quotation marks.
  private mutating func bareWord() -> String {
    let start = position
    while position < bytes.count, !" \t\r\n:,{}[]\"'=#".utf8.contains(peek()) { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  /// A number or one of the three words.
  mutating func word() -> PlacedJSON.Value {
    let start = position
    let text = bareWord()
    switch text {
    case "true": return .bool(true)
    case "false": return .bool(false)
    case "null": return .null
    case _ where Self.isNumber(text): return .number(text)
    case "":
      complain(
        "no value", "write a text in quotation marks, a number, true, false, null, a list or an object",
        at: start)
      return .null
    default:
      if let right = ["true", "false", "null"].first(where: { $0 == text.lowercased() }) {
        complain("\(text) is no word of JSON", "write \(right)", at: start)
        return right == "null" ? .null : .bool(right == "true")
      }
      if ["none", "nil", "undefined"].contains(text.lowercased()) {
        complain("\(text) is no word of JSON", "write null", at: start)
        return .null
      }
      if let number = Double(text), number.isFinite {
        complain(
          "\(text) is no number as JSON writes it", "write it without a plus sign or zeros before it",
          at: start)
        return .number("\(number)")
      }
      complain("\(text) has no quotation marks", "write \"\(text)\"", at: start)
      return .string(text)
    }
  }

  /// RFC 8259, section 6.
  private static func isNumber(_ text: String) -> Bool {
    var rest = Substring(text)
    func digits() -> Substring { rest.prefix { $0.isASCII && $0.isNumber } }
    if rest.hasPrefix("-") { rest.removeFirst() }
    let whole = digits()
    guard !whole.isEmpty, whole == "0" || !whole.hasPrefix("0") else { return false }
    rest.removeFirst(whole.count)
    if rest.hasPrefix(".") {
      rest.removeFirst()
      let fraction = digits()
      guard !fraction.isEmpty else { return false }
      rest.removeFirst(fraction.count)
    }
    if let first = rest.first, first == "e" || first == "E" {
      rest.removeFirst()
      if let sign = rest.first, sign == "+" || sign == "-" { rest.removeFirst() }
      let power = digits()
      guard !power.isEmpty else { return false }
      rest.removeFirst(power.count)
    }
    return rest.isEmpty
  }

  // MARK: - Strings

  mutating func string() -> String {
    let start = position
    let quote = peek()
    if quote == UInt8(ascii: "'") { complain("single quotes", "write double quotes", at: start) }
    position += 1
    var text: [UInt8] = []
    while position < bytes.count {
      switch peek() {
      case quote:
        position += 1
        return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): escape(into: &text)
      case 0x0A, 0x0D:
        // Far more often a forgotten quotation mark than a line break that is meant.
        complain(
          "the text does not end on its line", "close it with a quotation mark; a line break is written \\n",
          at: start)
        return String(decoding: text, as: UTF8.self)
      case 0..<0x20:
        complain("a control character in a text", "write a tab as \\t, and remove others")
        position += 1
      default:
        text.append(peek())
        position += 1
      }
    }
    complain("the text does not end", "close it with a quotation mark", at: start)
    return String(decoding: text, as: UTF8.self)
  }

  private mutating func escape(into text: inout [UInt8]) {
    let start = position
    position += 2
    switch bytes.indices.contains(start + 1) ? bytes[start + 1] : 0 {
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case let plain where "\"\\/".utf8.contains(plain): text.append(plain)
    case UInt8(ascii: "u"):
      guard let unit = hexadecimal() else {
        complain("\\u without four hexadecimal digits", "write all four, as in \\u00e9", at: start)
        return
      }
      text += Array(character(from: unit).utf8)
    default:
      complain("an escape that JSON does not know", "write \\\\ for a backslash", at: start)
    }
  }

  /// Four hexadecimal digits, which are passed over.
  private mutating func hexadecimal() -> UInt16? {
    let digits = bytes[min(position, bytes.count)..<min(position + 4, bytes.count)]
    guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else {
      return nil
    }
    position += 4
    return UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
  }

  /// Characters beyond the first 65536 are two escapes.
  private mutating func character(from unit: UInt16) -> String {
    var units = [unit]
    if UTF16.isLeadSurrogate(unit), peek() == UInt8(ascii: "\\"), peek(1) == UInt8(ascii: "u") {
      let back = position
      position += 2
      if let second = hexadecimal(), UTF16.isTrailSurrogate(second) {
        units.append(second)
      } else {
        position = back
      }
    }
    return String(decoding: units, as: UTF16.self)
  }
}
