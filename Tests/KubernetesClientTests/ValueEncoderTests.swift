import Testing

@testable import KubernetesClient

@Suite struct ValueEncoderTests {
  private struct Plain: Codable, Equatable {
    var name = "n"
    var flag = true
    var small: UInt8 = 7
    var large: Int64 = .min
    var ratio = 0.5
    var missing: String?
    var words = ["a", "b"]
    var labels = ["k": "v"]
    var rows = [Row(id: 1), Row(id: nil)]
    var any: JSONValue = ["x": [1, .null]]

    struct Row: Codable, Equatable {
      var id: Int?
    }
  }

  @Test func `a value is written member by member and can be read back`() throws {
    let value = try JSONValue(encoding: Plain())
    #expect(
      value == [
        "name": "n", "flag": true, "small": 7, "large": .integer(.min), "ratio": .number(0.5),
        "words": ["a", "b"], "labels": ["k": "v"], "rows": [["id": 1], [:]], "any": ["x": [1, .null]],
      ])
    #expect(try JSONCoding.decode(Plain.self, from: JSONCoding.encode(Plain())) == Plain())
  }

  @Test func `values at the top need no object`() throws {
    #expect(try JSONValue(encoding: "text") == "text")
    #expect(try JSONValue(encoding: [1, 2]) == [1, 2])
    #expect(try JSONValue(encoding: Int?.none) == .null)
    #expect(try JSONValue(encoding: [String: Int]()) == [:])
  }

  /// Writes itself through containers within containers.
  private struct Nested: Encodable {
    enum CodingKeys: CodingKey {
      case list
      case object
      case base
    }

    func encode(to encoder: any Encoder) throws {
      var members = encoder.container(keyedBy: CodingKeys.self)
      var list = members.nestedUnkeyedContainer(forKey: .list)
      var object = members.nestedContainer(keyedBy: CodingKeys.self, forKey: .object)
      try list.encode(1)
      var inner = list.nestedContainer(keyedBy: CodingKeys.self)
      try list.encodeNil()
      try inner.encode("late", forKey: .base)
      try object.encodeNil(forKey: .list)
      try Plain.Row(id: 3).encode(to: members.superEncoder(forKey: .base))
      try Plain.Row(id: 4).encode(to: list.superEncoder())
    }
  }

  @Test func `containers within containers are written in any order`() throws {
    #expect(
      try JSONValue(encoding: Nested()) == [
        "list": [1, ["base": "late"], .null, ["id": 4]], "object": ["list": .null], "base": ["id": 3],
      ])
  }

  @Test func `two types may write into one object`() throws {
    struct Both: Encodable {
      func encode(to encoder: any Encoder) throws {
        try Plain.Row(id: 1).encode(to: encoder)
        var members = encoder.container(keyedBy: Nested.CodingKeys.self)
        try members.encode("b", forKey: .base)
      }
    }
    #expect(try JSONValue(encoding: Both()) == ["id": 1, "base": "b"])
  }

  @Test func `a number that does not fit is refused by its path`() throws {
    let error = try #require(throws: JSONCodingError.self) {
      try JSONCoding.encode(["rows": [["id": UInt64.max]]])
    }
    #expect(error.description == "18446744073709551615 does not fit into 64 bits at rows.[0].id")
  }

  @Test(arguments: [
    ("plain", #""plain""#), ("", #""""#), ("é€🙂", #""é€🙂""#), ("a\"b\\c/d", #""a\"b\\c/d""#),
    ("\u{8}\u{C}\n\r\t\u{0}\u{1F}\u{7F}", "\"\\b\\f\\n\\r\\t\\u0000\\u001f\u{7F}\""),
  ])
  func `text is escaped where JSON wants it and nowhere else`(text: String, json: String) throws {
    #expect(try JSONValue.string(text).serialized() == json)
  }

  @Test(arguments: [(1, "1"), (-0.25, "-0.25"), (1e300, "1e+300")])
  func `numbers are written as short as they can be read`(number: Double, json: String) throws {
    #expect(try JSONValue.number(number).serialized() == json)
  }
}
