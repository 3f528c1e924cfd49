import Testing

@testable import KubernetesClient

@Suite struct ListReaderTests {
  private static let text = #"""
    {"kind":"ConfigMapList","metadata":{"resourceVersion":"5","continue":"t","items":[{"not":"one"}]},
     "items" : [{"metadata":{"name":"a","labels":{"x":"}]\"[{\\"}},"data":{"k":"{"}},
      {"metadata":{"name":"é"},"data":{}} , {"metadata":{"name":"odd"},"data":[[{}]]}],
     "other":[{"metadata":{"name":"none"}},"items",[{"items":[{}]}]]}
    """#

  private func read(_ text: String, pieces: Int) throws -> ObjectList<ConfigMap> {
    var reader = ListReader<ConfigMap>()
    let bytes = Array(text.utf8)
    for start in stride(from: 0, to: bytes.count, by: pieces) {
      try reader.append(Array(bytes[start..<min(start + pieces, bytes.count)]))
    }
    return try reader.end()
  }

  @Test(arguments: 1...40) func `a list is the same wherever it is split`(pieces: Int) throws {
    let list = try read(Self.text, pieces: pieces)
    #expect(list.items.map(\.metadata.name) == ["a", "é"])
    #expect(list.items.first?.metadata.labels == ["x": #"}]"[{\"#])
    #expect(list.unreadable.map(\.key.name) == ["odd"])
    #expect(list.resourceVersion == "5")
    #expect(list.continueToken == "t")
  }

  /// A list of two objects, of which one has this in it.
  private func list(with value: String) throws -> ObjectList<ConfigMap> {
    try read(
      #"{"metadata":{"resourceVersion":"5"},"items":[{"spec":\#(value),"metadata":{"name":"deep","#
        + #""namespace":"shop"}},{"metadata":{"name":"a"}}]}"#, pieces: 1_000)
  }

  @Test func `an object of too many levels is named, and the list is whole but for it`() throws {
    #expect(try list(with: .nestedLists(511)).items.map(\.metadata.name) == ["deep", "a"])
    for levels in [512, 10_000] {
      let list = try list(with: .nestedLists(levels))
      #expect(list.items.map(\.metadata.name) == ["a"])
      #expect(list.unreadable.map(\.key) == [NamespacedName(namespace: "shop", name: "deep")])
      #expect(
        list.unreadable.first?.problem.hasPrefix("more than 512 containers in each other at byte ") == true)
      #expect(list.resourceVersion == "5")
    }
  }

  @Test(arguments: ["1,", "1}{", "nul", #"{"a"}"#])
  func `an object of too many levels that is no JSON spoils the list`(broken: String) {
    #expect(throws: JSONCodingError.self) { try list(with: .nestedLists(1_000, around: broken)) }
  }

  @Test func `objects are read before the list has ended, and nothing is kept of their text`() throws {
    var splitter = ListSplitter()
    var found: [[UInt8]] = []
    for number in 0..<1_000 {
      let object = #"{"n":"\#(String(repeating: "x", count: 1_000))"}"#
      try splitter.append(Array(((number == 0 ? #"{"items":["# : ",") + object).utf8)) { found.append($0) }
      #expect(found.count == number + 1)
    }
    try splitter.append(Array("]}".utf8)) { found.append($0) }
    #expect(splitter.frame.count < 3_000)
    #expect(found.allSatisfy { $0.first == UInt8(ascii: "{") && $0.last == UInt8(ascii: "}") })
  }

  @Test(arguments: [
    "", "[]", "{", #"{"items":[]}"#, #"{"metadata":{},"items":[{}"#, #"{"metadata":{},"items":[{}{}]}"#,
    #"{"metadata":{},"items":[{},]}"#, #"{"metadata":{},"items":[{}]]}"#,
    #"{"metadata":{},"items":[{"a":}]}"#,
    #"{"metadata":{},"items":[0]}"#, "}}}}", "]",
  ])
  func `what is no list is refused`(text: String) {
    #expect(throws: JSONCodingError.self) { try read(text, pieces: 3) }
  }

  @Test func `an object without end is given up`() throws {
    var reader = ListReader<ConfigMap>()
    try reader.append(Array(#"{"metadata":{},"items":[{"data":{"k":""#.utf8))
    let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
    #expect(throws: JSONCodingError.self) {
      for _ in 0...(ListSplitter.maximumBytes >> 20) { try reader.append(piece) }
    }
  }
}
