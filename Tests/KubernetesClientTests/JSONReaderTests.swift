import FoundationEssentials
import Testing

@testable import KubernetesClient

@Suite struct JSONReaderTests {
  private func value(_ text: String) throws -> JSONValue { try JSONValue(parsing: text.utf8) }

  private func passOver(_ text: String) throws {
    var reader = try JSONReader(Array(text.utf8))
    try reader.skip()
    try reader.end()
    #expect(reader.depth == 0)
  }

  // MARK: - Grammar

  @Test(arguments: [
    "0", "-0", "-1.5e+3", "1E2", "\"\"", "[]", "[ ]", "{}", "{ }", " [1 , 2]\n",
    "{\"a\" : [{}, null, true, false]}",
    #""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é😀""#, "9223372036854775807", "-9223372036854775808", "1.0", "1e2",
  ])
  func `what JSON allows is read as Foundation reads it`(text: String) throws {
    #expect(try value(text) == JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)))
    try passOver(text)
  }

  @Test(arguments: [
    "", " ", "nul", "nulL", "truefalse", "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "{", "{\"a\"",
    "{\"a\":",
    "{\"a\":1", "{\"a\":1,}", "{a:1}", "{1:1}", "{\"a\" 1}", "\"", "\"\\", "\"\\x\"", "\"\\u12\"",
    "\"\\u123g\"", "\"\n\"",
    "\"\u{1}\"", "01", "-", "-a", "1.", ".5", "1e", "1e+", "+1", "0x1", "1 2", "{} x", "[1}", "{\"a\":1]",
    "NaN",
  ])
  func `what JSON does not allow is refused`(text: String) {
    #expect(throws: JSONCodingError.self) { try value(text) }
    #expect(throws: JSONCodingError.self) { try passOver(text) }
  }

  @Test(arguments: [
    [0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], Array(#""\ud83d""#.utf8), Array(#""\ude00x""#.utf8),
  ])
  func `a string that is no Unicode is refused by who wants it, and by nobody else`(text: [UInt8]) throws {
    #expect(throws: JSONCodingError.self) { try JSONCoding.decode(String.self, from: text) }
    struct Nothing: Decodable {}
    _ = try JSONCoding.decode(Nothing.self, from: Array(#"{"a":"#.utf8) + text + Array("}".utf8))
  }

  @Test func `containers within each other have a limit`() throws {
    _ = try value(.nestedLists(512))
    #expect(throws: JSONCodingError.self) { try value(.nestedLists(513)) }
    // Beside each other they have none.
    _ = try value("[" + [String](repeating: "[[]]", count: 2_000).joined(separator: ",") + "]")
  }

  @Test func `containers that are passed over have no limit, and are JSON nevertheless`() throws {
    try passOver(.nestedLists(200_000))
    try passOver(.nestedLists(1_000, around: #"{"a":[{"b":[1,{}]},[]],"c":null}"#))
    for broken in ["1,", "1}", "[", "]", #"{"a"}"#, #"{"a":1,}"#, "{1:1}", "1 2"] {
      #expect(throws: JSONCodingError.self) { try passOver(.nestedLists(1_000, around: broken)) }
    }
  }

  @Test func `a problem is told with its place`() {
    let error = #expect(throws: JSONCodingError.self) { try value(#"{"a": tru}"#) }
    #expect(error?.description == "no JSON: no value at byte 6")
  }

  // MARK: - What is left out

  private let object = #"""
    {"managedFields":1,"metadata":{"name":"a","managedFields":[{"f:x":{"k:{\"a\":1}":{}}}],"annotations":{
    "kubectl.kubernetes.io/last-applied-configuration":"{\"a\":1}","b":"2"},"labels":{"managedFields":"3"}},
    "spec":{"metadata":{"managedFields":"4"}},"annotations":{"kubectl.kubernetes.io/last-applied-configuration":5}}
    """#

  @Test func `an object loses its managedFields and what kubectl has applied, and nothing of other places`()
    throws
  {
    #expect(
      try JSONCoding.decodeObject(JSONValue.self, from: Array(object.utf8)) == [
        "managedFields": 1,
        "metadata": ["name": "a", "annotations": ["b": "2"], "labels": ["managedFields": "3"]],
        "spec": ["metadata": ["managedFields": "4"]],
        "annotations": ["kubectl.kubernetes.io/last-applied-configuration": 5],
      ])
  }

  @Test func `what is left out may be as deep as it likes`() throws {
    let deep = #"{"metadata":{"name":"a","managedFields":\#(String.nestedLists(1_000))}}"#
    #expect(
      try JSONCoding.decodeObject(JSONValue.self, from: Array(deep.utf8)) == ["metadata": ["name": "a"]])
  }

  @Test func `what is left out is JSON nevertheless`() {
    let broken = #"{"metadata":{"managedFields":[1,]}}"#
    #expect(throws: JSONCodingError.self) {
      try JSONCoding.decodeObject(JSONValue.self, from: Array(broken.utf8))
    }
  }

  @Test func `other texts lose nothing`() throws {
    let whole = try value(object)
    #expect(whole["metadata"]?["managedFields"] != nil)
    #expect(whole["metadata"]?["annotations"]?.members?.count == 2)
  }
}
