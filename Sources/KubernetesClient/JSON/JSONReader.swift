/// Reads JSON text from front to back, byte by byte, and checks all of its grammar (RFC 8259) on the way.
///
/// Parts can be passed over, or read into a document each: a list is decoded object by object without a
/// picture of the whole. Whatever the bytes are, the worst that comes of them is an error.
struct JSONReader {
  /// Containers of a document within each other; Foundation's decoder has the same limit.
  ///
  /// It bounds the stack.
  static let maximumDepth = 512

  let bytes: [UInt8]
  /// The first byte that has not been read.
  var position = 0
  /// Containers that are open there.
  var depth = 0

  /// - Throws: for a text whose places do not fit into 32 bits.
  init(_ bytes: [UInt8]) throws(JSONCodingError) {
    self.bytes = bytes
    guard bytes.count < Int32.max else { throw JSONCodingError("no JSON text may be as long as 2 GiB") }
  }

  /// Reads the next value into a document.
  ///
  /// - Parameter cut: what to leave out.
  mutating func document(cutting cut: ServerFields = .none) throws(JSONCodingError) -> JSONDocument {
    // Counted anew, so that an object may be as deep in a line of a watch as in a list.
    let around = depth
    depth = 0
    defer { depth = around }
    var nodes: [JSONDocument.Node] = []
    nodes.reserveCapacity(64)
    try value(cut, into: &nodes)
    return JSONDocument(bytes: bytes, nodes: nodes)
  }

  /// Passes over the next value, however deep it is: what is open is kept in an array, not on the stack.
  mutating func skip() throws(JSONCodingError) {
    // What will close it.
    var brackets: [Unicode.Scalar] = []
    repeat {
      skipBlanks()
      switch peek() {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        let bracket: Unicode.Scalar = peek() == UInt8(ascii: "{") ? "}" : "]"
        position += 1
        depth += 1
        brackets.append(bracket)
        if try hasElement(before: bracket) { continue }
        brackets.removeLast()
      case UInt8(ascii: "\""): _ = try string()
      case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
      default: _ = try word()
      }
      while let bracket = brackets.last {
        try separate(by: bracket)
        if try hasElement(before: bracket) { break }
        brackets.removeLast()
      }
    } while !brackets.isEmpty
  }

  /// Whether a container goes on; what stands before its next value is read then.
  private mutating func hasElement(before bracket: Unicode.Scalar) throws(JSONCodingError) -> Bool {
    if try isClosed(by: bracket) { return false }
    if bracket == "}" {
      _ = try string()
      try pass(":")
    }
    return true
  }

  /// Reads an object; the closure gets each key and has to read its value.
  mutating func object(
    _ member: (_ key: ArraySlice<UInt8>, _ reader: inout JSONReader) throws(JSONCodingError) -> Void
  ) throws(JSONCodingError) {
    try open("{")
    while try !isClosed(by: "}") {
      let (_, text) = try string()
      try pass(":")
      try member(bytes[text], &self)
      try separate(by: "}")
    }
  }

  /// Reads an array; the closure has to read each element.
  mutating func array(
    _ element: (_ reader: inout JSONReader) throws(JSONCodingError) -> Void
  ) throws(JSONCodingError) {
    try open("[")
    while try !isClosed(by: "]") {
      try element(&self)
      try separate(by: "]")
    }
  }

  /// Whether the next value is `null`, which is read then.
  mutating func isNull() throws(JSONCodingError) -> Bool {
    skipBlanks()
    guard peek() == UInt8(ascii: "n") else { return false }
    try skip()
    return true
  }

  /// Makes sure that only blanks are left.
  mutating func end() throws(JSONCodingError) {
    skipBlanks()
    if position < bytes.count { throw problem("something follows the value") }
  }

  // MARK: - Values

  private mutating func value(
    _ cut: ServerFields, into nodes: inout [JSONDocument.Node]
  ) throws(JSONCodingError) {
    skipBlanks()
    let start = position
    switch peek() {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      try container(cut, into: &nodes)
    case UInt8(ascii: "\""):
      let (kind, text) = try string()
      nodes.append(node(kind, text, next: nodes.count + 1))
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      try number()
      nodes.append(node(.number, start..<position, next: nodes.count + 1))
    default:
      let kind = try word()
      nodes.append(node(kind, start..<position, next: nodes.count + 1))
    }
  }

  private mutating func container(
    _ cut: ServerFields, into nodes: inout [JSONDocument.Node]
  ) throws(JSONCodingError) {
    let isObject = peek() == UInt8(ascii: "{")
    let index = nodes.count
    nodes.append(node(isObject ? .object : .array, position..<position, next: 0))
    var count: Int32 = 0
    if isObject {
      try open("{")
      while try !isClosed(by: "}") {
        let (kind, text) = try string()
        if let below = cut.below(bytes, text) {
          nodes.append(node(kind, text, next: nodes.count + 1))
          try pass(":")
          try value(below, into: &nodes)
          count += 1
        } else {
          try pass(":")
          try skip()
        }
        try separate(by: "}")
      }
    } else {
      try open("[")
      while try !isClosed(by: "]") {
        try value(.none, into: &nodes)
        count += 1
        try separate(by: "]")
      }
    }
    nodes[index].count = count
    nodes[index].end = Int32(position)
    nodes[index].next = Int32(nodes.count)
  }

  private func node(_ kind: JSONDocument.Kind, _ text: Range<Int>, next: Int) -> JSONDocument.Node {
    JSONDocument.Node(
      kind: kind, start: Int32(text.lowerBound), end: Int32(text.upperBound), next: Int32(next))
  }
}
