/// Reads JSON that has mistakes in it, and goes on behind each: whoever mends a file wants to see all of them at once.
///
/// A text without problems here is JSON by RFC 8259; `LenientJSONTests` compares with the reader of the controller.
struct LenientJSON {
  /// Something that JSON does not allow.
  struct Problem: Hashable, Sendable {
    /// Where, in bytes.
    var offset: Int
    var message: String
    var remedy: String
  }

  /// Containers within each other, as the controller's reader has it.
  private static let maximumDepth = 512

  private(set) var problems: [Problem] = []
  var position = 0
  let bytes: [UInt8]
  private var depth = 0
  private var isTooDeep = false

  /// Reads a text.
  ///
  /// - Returns: what could be made out, nil where there was nothing, and every problem, in the order of the text.
  static func read(_ text: String) -> (root: PlacedJSON?, problems: [Problem]) {
    var reader = LenientJSON(bytes: Array(text.utf8))
    let root = reader.document()
    return (root, reader.problems)
  }

  private init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  mutating func complain(_ message: String, _ remedy: String, at offset: Int? = nil) {
    let problem = Problem(offset: offset ?? position, message: message, remedy: remedy)
    // One mistake is often met again on the way out of it.
    if problems.last?.offset != problem.offset { problems.append(problem) }
  }

  private mutating func document() -> PlacedJSON? {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      complain("a byte order mark before the text", "save the file as UTF-8 without BOM")
      position = 3
    }
    skipBlanks()
    guard position < bytes.count else {
      complain("there is nothing", "write an object, as in {\"name\": …}")
      return nil
    }
    let root = value()
    skipBlanks()
    if position < bytes.count, !isTooDeep {
      complain("something follows the end of the object", "remove it, or the bracket that closes too early")
    }
    return root
  }

  // MARK: - Values

  private mutating func value() -> PlacedJSON {
    skipBlanks()
    let start = position
    switch peek() {
    case UInt8(ascii: "{"): return nested { $0.object() }
    case UInt8(ascii: "["): return nested { $0.array() }
    case UInt8(ascii: "\""), UInt8(ascii: "'"): return PlacedJSON(value: .string(string()), offset: start)
    default: return PlacedJSON(value: word(), offset: start)
    }
  }

  private mutating func nested(_ body: (inout Self) -> PlacedJSON.Value) -> PlacedJSON {
    let start = position
    guard depth < Self.maximumDepth else {
      complain("more than \(Self.maximumDepth) brackets in each other", "no satis.json needs as many")
      isTooDeep = true
      position = bytes.count
      return PlacedJSON(value: .null, offset: start)
    }
    depth += 1
    defer { depth -= 1 }
    position += 1
    return PlacedJSON(value: body(&self), offset: start)
  }

  private mutating func object() -> PlacedJSON.Value {
    let start = position - 1
    var members: [PlacedJSON.Member] = []
    elements(from: start, until: "}", other: "]") { reader in
      let nameStart = reader.position
      let name = reader.name()
      reader.skipBlanks()
      if reader.peek() == UInt8(ascii: ":") {
        reader.position += 1
      } else if reader.peek() == UInt8(ascii: "=") {
        reader.complain("'=' after the name \"\(name)\"", "write a colon")
        reader.position += reader.peek(1) == UInt8(ascii: ">") ? 2 : 1
      } else {
        reader.complain("no colon after the name \"\(name)\"", "write \"\(name)\": and its value")
      }
      reader.skipBlanks()
      if [UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), 0].contains(reader.peek()) {
        reader.complain("\"\(name)\" has no value", "write one, or remove the name")
        members.append(
          .init(name: name, offset: nameStart, value: .init(value: .null, offset: reader.position)))
      } else {
        members.append(.init(name: name, offset: nameStart, value: reader.value()))
      }
    }
    return .object(members)
  }

  private mutating func array() -> PlacedJSON.Value {
    var list: [PlacedJSON] = []
    elements(from: position - 1, until: "]", other: "}") { reader in list.append(reader.value()) }
    return .array(list)
  }

  /// What stands between two brackets, with the commas.
  private mutating func elements(
    from start: Int, until end: Unicode.Scalar, other: Unicode.Scalar, _ element: (inout Self) -> Void
  ) {
    /// The last comma that nothing has followed yet.
    var comma: Int?
    var needsComma = false
    while true {
      skipBlanks()
      switch peek() {
      case UInt8(ascii: end), UInt8(ascii: other):
        if let comma { complain("a comma before the closing bracket", "remove it", at: comma) }
        if peek() == UInt8(ascii: other) {
          complain("'\(other)' where '\(end)' has to close", "write '\(end)'")
        }
        position += 1
        return
      case 0 where position >= bytes.count:
        if !isTooDeep {
          let bracket = end == "}" ? "{" : "["
          complain(
            "'\(bracket)' is not closed before the end of the text", "write the '\(end)' that is missing",
            at: start)
        }
        return
      case UInt8(ascii: ","):
        if !needsComma { complain("a comma too many", "remove it") }
        comma = position
        needsComma = false
        position += 1
      default:
        let before = position
        if needsComma { complain("no comma before this", "write a comma behind what stands before it") }
        element(&self)
        // A character that is no beginning of anything.
        if position == before { position += 1 }
        comma = nil
        needsComma = true
      }
    }
  }
}
