import Testing

@testable import KubernetesClient

@Suite struct JSONValueTests {
  private static let values: [(text: String, value: JSONValue)] = [
    ("null", JSONValue.null),
    ("true", true),
    ("false", false),
    ("0", 0),
    ("1", 1),
    ("-9223372036854775808", .integer(.min)),
    ("9223372036854775807", .integer(.max)),
    ("1.5", .number(1.5)),
    (#""true""#, "true"),
    (#""é\n\"""#, "é\n\""),
    ("[]", []),
    ("{}", [:]),
    (#"[null,1,"1",[true]]"#, [.null, 1, "1", [true]]),
    (#"{"a":null,"b":{"c":[{"d":0}]}}"#, ["a": .null, "b": ["c": [["d": 0]]]]),
  ]

  @Test(arguments: values)
  func `every kind of value is read and written`(text: String, value: JSONValue) throws {
    #expect(try JSONValue(parsing: text.utf8) == value)
    #expect(try JSONValue(parsing: value.serialized().utf8) == value)
  }

  @Test func `equal values are written as equal text, with sorted members and plain slashes`() throws {
    let value = try JSONValue(parsing: #"{"b": "a\/b", "a": 1, "c": {"z": 0, "y": 0}}"#.utf8)
    #expect(try value.serialized() == #"{"a":1,"b":"a/b","c":{"y":0,"z":0}}"#)
  }

  @Test func `a large value takes little more room than its text`() throws {
    let program = String(repeating: "<?php\necho \"a line of a program\";\n", count: 4_000)
    let value: JSONValue = ["files": ["a.php": .string(program), "b.php": .string(program)]]
    var writer = JSONWriter()
    writer.makeRoom(for: value)
    try writer.write(value)
    #expect(writer.bytes.capacity <= writer.bytes.count * 5 / 4)
    #expect(try JSONValue(parsing: writer.bytes) == value)
  }

  @Test func `members are reached, set and removed by name`() {
    var value: JSONValue = ["spec": ["image": "satis"]]
    #expect(value["spec"]?["image"] == "satis")
    #expect(value["spec"]?["image"]?["tag"] == nil)
    value["status"] = ["phase": "Running"]
    value["spec"] = nil
    #expect(value == ["status": ["phase": "Running"]])
  }

  @Test func `a value gives out only what it is`() {
    let text: JSONValue = "text"
    #expect(text.text == "text")
    #expect(text.members == nil)
    #expect(text.elements == nil)
    #expect(([1, 2] as JSONValue).elements == [1, 2])
    #expect((["a": .null] as JSONValue).members == ["a": .null])
  }

  @Test(arguments: ["", "{", "[1", #"{"a" 1}"#, "nul", "{} {}"])
  func `what is no JSON is refused`(text: String) {
    #expect(throws: JSONCodingError.self) { try JSONValue(parsing: text.utf8) }
  }

  @Test func `an error names the field by its path`() throws {
    struct Row: Decodable {
      var name: String
      var count: Int
    }
    let wrongType = try #require(throws: JSONCodingError.self) {
      try JSONCoding.decode([String: [Row]].self, from: #"{"rows":[{"name":"a","count":"many"}]}"#.utf8)
    }
    #expect(wrongType.description.hasSuffix("at rows.[0].count"))
    let missing = try #require(throws: JSONCodingError.self) {
      try JSONCoding.decode([String: [Row]].self, from: #"{"rows":[{"count":1}]}"#.utf8)
    }
    #expect(missing.description == "'name' is missing at rows.[0]")
  }

  @Test func `a number that JSON does not have is refused`() {
    #expect(throws: JSONCodingError.self) { try JSONValue.number(.nan).serialized() }
  }
}
