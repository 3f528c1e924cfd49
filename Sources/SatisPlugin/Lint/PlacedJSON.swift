import KubernetesClient
import SatisAPI

/// A JSON value that knows where in its text it stands.
struct PlacedJSON: Hashable, Sendable {
  /// What it is.
  var value: Value
  /// Where its text begins, in bytes.
  var offset: Int

  /// The kinds of values.
  indirect enum Value: Hashable, Sendable {
    case null
    case bool(Bool)
    /// As it is written.
    case number(String)
    case string(String)
    case array([PlacedJSON])
    /// In the order of the text, names that are there twice included.
    case object([Member])
  }

  /// A member of an object.
  struct Member: Hashable, Sendable {
    var name: String
    /// Where the name begins, with its quotation mark.
    var offset: Int
    var value: PlacedJSON
  }

  /// The value alone; of members with one name the last, as PHP and the controller read it.
  var plain: JSONValue {
    switch value {
    case .null: .null
    case .bool(let flag): .bool(flag)
    case .number(let text):
      // As the reader of objects has it: what is whole is an integer, however it is written.
      (Int64(text) ?? Double(text).flatMap { Int64(exactly: $0) }).map { .integer($0) }
        ?? .number(Double(text) ?? 0)
    case .string(let text): .string(text)
    case .array(let elements): .array(elements.map(\.plain))
    case .object(let members):
      .object(Dictionary(members.map { ($0.name, $0.value.plain) }) { _, last in last })
    }
  }

  /// The member of an object; nil when there is none or this is no object.
  subscript(name: String) -> PlacedJSON? { member(name)?.value }

  func member(_ name: String) -> Member? { members?.last { $0.name == name } }

  /// The members of an object; nil when this is none.
  var members: [Member]? {
    guard case .object(let members) = value else { return nil }
    return members
  }

  /// The elements of a list; nil when this is none.
  var elements: [PlacedJSON]? {
    guard case .array(let elements) = value else { return nil }
    return elements
  }

  /// The text; nil when this is none.
  var text: String? {
    guard case .string(let text) = value else { return nil }
    return text
  }

  /// The boolean; nil when this is none.
  var flag: Bool? {
    guard case .bool(let flag) = value else { return nil }
    return flag
  }

  /// The kind in words.
  var kind: String {
    switch value {
    case .null: "null"
    case .bool: "a boolean"
    case .number: "a number"
    case .string: "a text"
    case .array: "a list"
    case .object: "an object"
    }
  }

  /// Where a value inside of this one begins; of one that is not there, as near as there is something.
  func offset(of path: JSONPath) -> Int {
    var place = self
    for step in path.steps {
      switch step {
      case .member(let name):
        guard let next = place[name] else { return place.offset }
        place = next
      case .element(let index):
        guard let elements = place.elements, elements.indices.contains(index) else { return place.offset }
        place = elements[index]
      }
    }
    return place.offset
  }
}
