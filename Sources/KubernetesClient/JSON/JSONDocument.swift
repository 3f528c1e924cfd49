/// A JSON text that has been read once, with the place of each of its values.
///
/// Nothing is copied out of the text before somebody asks for it, so what a type leaves out costs no more than
/// passing over its bytes. A class, so that decoders can point to it for the price of one reference.
final class JSONDocument: Sendable {
  /// The text; the document may be a part of it.
  let bytes: [UInt8]
  /// The values in the order of the text; a container is followed by what it contains, an object by its keys and
  /// values in turn.
  let nodes: [Node]

  init(bytes: [UInt8], nodes: [Node]) {
    self.bytes = bytes
    self.nodes = nodes
  }

  /// A value and where its text is.
  struct Node: Sendable {
    /// What it is.
    var kind: Kind
    /// Elements of an array, members of an object.
    var count: Int32 = 0
    /// Where the text begins; that of a string without its quotation mark.
    var start: Int32
    /// Where the text ends.
    var end: Int32
    /// The number of the first node that does not belong to this one.
    var next: Int32
  }

  /// The kinds of JSON values.
  enum Kind: UInt8, Sendable {
    case object
    case array
    case plainString
    /// A string with at least one `\`.
    case escapedString
    case number
    case yes
    case no
    case null

    /// The kind in words, for messages.
    var words: String {
      switch self {
      case .object: "an object"
      case .array: "a list"
      case .plainString, .escapedString: "a string"
      case .number: "a number"
      case .yes, .no: "a boolean"
      case .null: "null"
      }
    }
  }

  func kind(_ index: Int) -> Kind { nodes[index].kind }

  /// The number of the node that follows this one and what it contains.
  func after(_ index: Int) -> Int { Int(nodes[index].next) }

  func text(_ index: Int) -> ArraySlice<UInt8> {
    bytes[Int(nodes[index].start)..<Int(nodes[index].end)]
  }

  /// Calls back with the numbers of each key and its value.
  func eachMember(of object: Int, _ body: (_ key: Int, _ value: Int) throws -> Void) rethrows {
    let end = after(object)
    var key = object + 1
    while key < end {
      try body(key, key + 1)
      key = after(key + 1)
    }
  }

  /// The value of a member; the last one where a name is there twice, as Go reads it.
  func value(of name: UnsafeBufferPointer<UInt8>, in object: Int) -> Int? {
    var found: Int?
    let end = after(object)
    var key = object + 1
    while key < end {
      if isString(key, equalTo: name) { found = key + 1 }
      key = after(key + 1)
    }
    return found
  }

  private func isString(_ index: Int, equalTo name: UnsafeBufferPointer<UInt8>) -> Bool {
    let node = nodes[index]
    guard node.kind == .plainString else { return string(index).map { $0.utf8.elementsEqual(name) } ?? false }
    let start = Int(node.start)
    guard Int(node.end) - start == name.count else { return false }
    for offset in 0..<name.count where bytes[start + offset] != name[offset] { return false }
    return true
  }
}
