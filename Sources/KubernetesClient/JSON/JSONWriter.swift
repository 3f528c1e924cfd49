/// Writes JSON text: compact, with sorted members and plain slashes, so that equal values give equal bytes, which
/// hashes rely on.
struct JSONWriter {
  private(set) var bytes: [UInt8] = []

  /// Makes room for about what a value takes, so that a large one is not copied again and again into twice the room.
  mutating func makeRoom(for value: JSONValue) {
    bytes.reserveCapacity(Self.size(value))
  }

  /// Enough bytes for most values: every eighth byte of a text may need an escape.
  private static func size(_ value: JSONValue) -> Int {
    switch value {
    case .null, .bool: 5
    case .integer, .number: 20
    case .string(let text): text.utf8.count + text.utf8.count / 8 + 2
    case .array(let elements): elements.reduce(2) { $0 + size($1) + 1 }
    case .object(let members): members.reduce(2) { $0 + $1.key.utf8.count + 3 + size($1.value) + 1 }
    }
  }

  /// - Throws: where a number is not finite, which JSON cannot write.
  mutating func write(_ value: JSONValue) throws(JSONCodingError) {
    switch value {
    case .null: bytes += "null".utf8
    case .bool(let value): bytes += (value ? "true" : "false").utf8
    case .integer(let value): bytes += String(value).utf8
    case .number(let value):
      guard value.isFinite else { throw JSONCodingError("\(value) is no number that JSON has") }
      bytes += (Int64(exactly: value).map { String($0) } ?? String(value)).utf8
    case .string(let value): write(value)
    case .array(let elements):
      bytes.append(UInt8(ascii: "["))
      var isFirst = true
      for element in elements {
        separate(&isFirst)
        try write(element)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let members):
      bytes.append(UInt8(ascii: "{"))
      var isFirst = true
      for (name, value) in members.sorted(by: { $0.key < $1.key }) {
        separate(&isFirst)
        write(name)
        bytes.append(UInt8(ascii: ":"))
        try write(value)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }

  private mutating func separate(_ isFirst: inout Bool) {
    if !isFirst { bytes.append(UInt8(ascii: ",")) }
    isFirst = false
  }

  private mutating func write(_ text: String) {
    var text = text
    bytes.append(UInt8(ascii: "\""))
    text.withUTF8 { text in
      var start = 0
      for end in 0..<text.count where Self.isEscaped(text[end]) {
        // What needs no escape is copied in one go.
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<end]))
        escape(text[end])
        start = end + 1
      }
      bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start...]))
    }
    bytes.append(UInt8(ascii: "\""))
  }

  @inline(__always)
  private static func isEscaped(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }

  private mutating func escape(_ byte: UInt8) {
    bytes.append(UInt8(ascii: "\\"))
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
    case 0x08: bytes.append(UInt8(ascii: "b"))
    case 0x0C: bytes.append(UInt8(ascii: "f"))
    case 0x0A: bytes.append(UInt8(ascii: "n"))
    case 0x0D: bytes.append(UInt8(ascii: "r"))
    case 0x09: bytes.append(UInt8(ascii: "t"))
    default: bytes += "u00\(byte < 0x10 ? "0" : "")\(String(byte, radix: 16))".utf8
    }
  }
}
