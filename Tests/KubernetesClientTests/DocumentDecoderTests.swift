import FoundationEssentials
import Testing

@testable import KubernetesClient

@Suite struct DocumentDecoderTests {
  private struct Row: Codable, Equatable {
    var text: String
    var maybe: String?
    var count: Int?
    var large: UInt64?
    var small: Int8?
    var share: Double?
    var single: Float?
    var isSet: Bool?
    var names: [String]?
    var nested: [String: [Row]]?
    var labels: [String: String]?
    var optional: [Int?]?
  }

  private func decode<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
    try JSONCoding.decode(type, from: Array(text.utf8))
  }

  private func problem<Value: Decodable>(_ type: Value.Type, _ text: String) -> String? {
    #expect(throws: JSONCodingError.self) { try decode(type, text) }?.description
  }

  @Test(arguments: [
    #"{"text":"a"}"#, #"{"text":"a\u0041","maybe":null,"count":null,"unknown":[{"x":{}}]}"#,
    #"{"text":"é","maybe":"","count":-3,"large":18446744073709551615,"small":-128,"share":0.5,"single":1e3,"isSet":true}"#,
    #"{"text":"","names":[],"nested":{},"labels":{},"count":4.0,"share":3}"#,
    #"{"nested":{"a":[{"text":"b","names":["c","d"]}],"\u0062":[]},"labels":{"x":"y","\"":"\\"},"text":"t"}"#,
    #"{"text":"t","optional":[1,null,3]}"#,
  ])
  func `values are those of Foundation's decoder`(text: String) throws {
    #expect(try decode(Row.self, text) == JSONDecoder().decode(Row.self, from: Data(text.utf8)))
  }

  @Test func `an object of many members, and one that has a name twice, are read like others`() throws {
    let many = (0..<1_000).map { #""k\#($0)":\#($0)"# }.joined(separator: ",")
    #expect(try decode([String: Int].self, "{\(many)}").count == 1_000)
    struct Some: Decodable {
      var k7: Int
      var k999: Int?
      var none: Int?
    }
    let some = try decode(Some.self, "{\(many)}")
    #expect(some.k7 == 7 && some.k999 == 999 && some.none == nil)
    // The last one counts, as in Go.
    #expect(try decode(Row.self, #"{"text":"a","text":"b"}"#).text == "b")
  }

  @Test func `what is missing or of another kind is told with its place`() {
    #expect(problem(Row.self, "{}") == "'text' is missing at the top")
    #expect(
      problem([Row].self, #"[{"text":"a"},{"text":null}]"#) == "a string is expected, not null, at [1].text")
    #expect(
      problem(Row.self, #"{"text":"a","nested":{"x":[{"text":"b"},{"text":{}}]}}"#)
        == "a string is expected, not an object, at nested.x.[1].text")
    #expect(problem(Row.self, #"{"text":"a","small":128}"#) == "128 does not fit into Int8 at small")
    #expect(problem(Row.self, #"{"text":"a","count":1.5}"#) == "1.5 does not fit into Int at count")
    #expect(problem(Row.self, #"{"text":"a","count":"1"}"#) == "a number is expected, not a string, at count")
    #expect(problem(Row.self, #"{"text":"a","isSet":1}"#) == "a boolean is expected, not a number, at isSet")
    #expect(problem(Row.self, #"{"text":"a","names":{}}"#) == "a list is expected, not an object, at names")
    #expect(
      problem(Row.self, #"{"text":"a","labels":{"x":1}}"#)
        == "a string is expected, not a number, at labels.x")
    #expect(problem(Double.self, "1e999") == "a number is too large at the top")
    #expect(
      problem(Int.self, "99999999999999999999") == "99999999999999999999 does not fit into Int at the top")
  }

  @Test func `containers can be asked for by hand`() throws {
    struct ByHand: Decodable {
      var sum = 0
      var name: String
      var wasNil: Bool
      var keys: [String]

      enum Keys: String, CodingKey { case list, object, none }
      enum Inner: String, CodingKey { case name }

      init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        var list = try container.nestedUnkeyedContainer(forKey: .list)
        while !list.isAtEnd {
          if try list.decodeNil() { continue }
          var inner = try list.nestedUnkeyedContainer()
          sum += try inner.decode(Int.self) * (inner.count ?? 0)
        }
        name = try container.nestedContainer(keyedBy: Inner.self, forKey: .object).decode(
          String.self, forKey: .name)
        wasNil = try container.decodeNil(forKey: .none)
        keys = container.allKeys.map(\.stringValue)
      }
    }
    let value = try decode(ByHand.self, #"{"list":[[1],null,[2,3]],"x":1,"object":{"name":"n"},"none":null}"#)
    #expect(value.sum == 5 && value.name == "n" && value.wasNil && value.keys == ["list", "object", "none"])
    #expect(
      problem(ByHand.self, #"{"list":[[]],"object":{}}"#)?.contains("a further element is missing") == true)
  }
}
