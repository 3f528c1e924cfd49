import KubernetesClient
import SeededRandom
import TestSupport
import Testing

@Suite struct MergePatchTests {
  /// The cases of RFC 7396, appendix A: original, patch, result.
  private static let cases: [(original: JSONValue, patch: JSONValue, result: JSONValue)] = [
    (["a": "b"], ["a": "c"], ["a": "c"]),
    (["a": "b"], ["b": "c"], ["a": "b", "b": "c"]),
    (["a": "b"], ["a": .null], [:]),
    (["a": "b", "b": "c"], ["a": .null], ["b": "c"]),
    (["a": ["b"]], ["a": "c"], ["a": "c"]),
    (["a": "c"], ["a": ["b"]], ["a": ["b"]]),
    (["a": ["b": "c"]], ["a": ["b": "d", "c": .null]], ["a": ["b": "d"]]),
    (["a": [["b": "c"]]], ["a": [1]], ["a": [1]]),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    (["a": "b"], ["c"], ["c"]),
    (["a": "foo"], .null, .null),
    (["a": "foo"], "bar", "bar"),
    (["e": .null], ["a": 1], ["e": .null, "a": 1]),
    ([1, 2], ["a": "b", "c": .null], ["a": "b"]),
    ([:], ["a": ["bb": ["ccc": .null]]], ["a": ["bb": [:]]]),
  ]

  /// The algorithm of RFC 7396, section 2, as the server runs it.
  private static func apply(_ patch: JSONValue, to target: JSONValue?) -> JSONValue {
    guard let members = patch.members else { return patch }
    var result = target?.members ?? [:]
    for (name, value) in members {
      result[name] = value == .null ? nil : apply(value, to: result[name])
    }
    return .object(result)
  }

  @Test(arguments: cases.indices)
  func `the patch for each of the RFC's results gives that result`(index: Int) {
    let (original, patch, result) = Self.cases[index]
    #expect(Self.apply(patch, to: original) == result)
    let own = JSONValue.mergePatch(from: original, to: result)
    #expect(own.map { Self.apply($0, to: original) } == result)
  }

  @Test func `a patch holds the difference and nothing else`() {
    let old: JSONValue = [
      "same": 1, "gone": 2, "changed": 3, "deep": ["same": [1], "changed": "a", "gone": .null],
    ]
    let new: JSONValue = [
      "same": 1, "changed": 4, "deep": ["same": [1], "changed": "b"], "added": ["x": []],
    ]
    #expect(
      JSONValue.mergePatch(from: old, to: new)
        == ["gone": .null, "changed": 4, "deep": ["changed": "b", "gone": .null], "added": ["x": []]])
  }

  @Test func `equal values need no patch`() {
    #expect(JSONValue.mergePatch(from: ["a": [1, .null]], to: ["a": [1, .null]]) == nil)
  }

  @Test func `the patch between any two values turns one into the other`() {
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<3_000 {
      let old = Self.randomValue(depth: 4, &generator)
      let new = Self.randomValue(depth: 4, &generator)
      let patch = JSONValue.mergePatch(from: old, to: new)
      #expect((patch == nil) == (old == new))
      guard patch.map({ Self.apply($0, to: old) }) ?? old == new else {
        Issue.record("from \(old) to \(new)")
        return
      }
    }
  }

  /// A value without null as a member, which a merge patch cannot express.
  ///
  /// Its members have few names, so that two values overlap.
  private static func randomValue(depth: Int, _ generator: inout SeededGenerator) -> JSONValue {
    switch Int.random(in: 0..<(depth == 0 ? 3 : 7), using: &generator) {
    case 0: return .integer(Int64.random(in: 0...3, using: &generator))
    case 1: return .string(["x", "y", ""].randomElement(using: &generator) ?? "")
    case 2: return .bool(.random(using: &generator))
    case 3:
      return .array(
        (0..<Int.random(in: 0...3, using: &generator)).map { _ in randomValue(depth: depth - 1, &generator) })
    default:
      var members: [String: JSONValue] = [:]
      for name in ["a", "b", "c", "d"] where Bool.random(using: &generator) {
        members[name] = randomValue(depth: depth - 1, &generator)
      }
      return .object(members)
    }
  }
}
