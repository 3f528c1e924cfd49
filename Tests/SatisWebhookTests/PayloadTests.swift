import Testing

@testable import SatisWebhook

@Suite struct PayloadTests {
  private struct Text: Decodable {
    let message: String
  }

  private func decode(_ json: [UInt8]) throws(Refusal) -> String {
    try Payload.decode(Text.self, from: json, expected: "a message").message
  }

  @Test(arguments: [256, 257, 511, 512, 513, 514, 100_000], ["[", #"{"a":"#])
  func `a body that breaks off within containers is malformed, however many they are`(
    depth: Int, opening: String
  ) {
    #expect(throws: Refusal.self) { try decode(Array(String(repeating: opening, count: depth).utf8)) }
  }

  @Test func `brackets in a text are no containers`() throws {
    let text = String(repeating: #"[{\" "#, count: 1_000)
    let message = try decode(Array(#"{"message":"\#(text)\\","list":[[[]]]}"#.utf8))
    #expect(message.hasPrefix(#"[{" [{" "#))
  }

  @Test func `containers one after the other are not in each other`() throws {
    let list = Array(repeating: "{}", count: 10_000).joined(separator: ",")
    let message = try decode(Array(#"{"list":[\#(list)],"message":"a"}"#.utf8))
    #expect(message == "a")
  }

  @Test func `another encoding than UTF-8 is no JSON`() {
    let text = #"{"message":"a"}"#.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
    #expect(throws: Refusal.self) { try decode(text) }
  }

  // MARK: - Forms

  @Test(arguments: [
    ("payload=a", "a"), ("x=1&payload=%7B%7D&payload=b", "{}"), ("&&payload=a+b&", "a b"), ("payload=", ""),
    ("a=payload=b&payload=c", "c"), ("payload=a=b", "a=b"),
  ])
  func `the first field of a name is found wherever it stands`(form: String, value: String) {
    #expect(Payload.formField("payload", in: Array(form.utf8)) == Array(value.utf8))
  }

  @Test(arguments: ["", "&", "payload", "payloads=1&payload", "xpayload=1", "a&a", "payload=%7&payload=b"])
  func `a form without a readable field of the name has none`(form: String) {
    #expect(Payload.formField("payload", in: Array(form.utf8)) == nil)
  }

  @Test func `of a form of many fields only the wanted one is kept, and before it none`() {
    let fields = Array(repeating: "a", count: 1_000).joined(separator: "&")
    for form in [fields, "\(fields)&payload=b", "payload=b&\(fields)"] {
      let count = SlicedBytes.Count()
      _ = Payload.formField("payload", in: SlicedBytes(Array(form.utf8)[...], count))
      #expect(count.most < 10)
    }
  }
}

/// Bytes that know how many slices of them there are at once.
private struct SlicedBytes: Collection {
  typealias SubSequence = SlicedBytes

  /// How many slices there are, and were at most.
  final class Count {
    var now = 0
    var most = 0
  }

  /// Lives as long as a slice and its copies.
  private final class Life {
    let count: Count

    init(_ count: Count) {
      self.count = count
      count.now += 1
      count.most = Swift.max(count.most, count.now)
    }

    deinit { count.now -= 1 }
  }

  private let bytes: ArraySlice<UInt8>
  private let life: Life

  init(_ bytes: ArraySlice<UInt8>, _ count: Count) {
    self.bytes = bytes
    life = Life(count)
  }

  var startIndex: Int { bytes.startIndex }
  var endIndex: Int { bytes.endIndex }

  func index(after index: Int) -> Int { bytes.index(after: index) }

  subscript(index: Int) -> UInt8 { bytes[index] }
  subscript(bounds: Range<Int>) -> SlicedBytes { SlicedBytes(bytes[bounds], life.count) }
}
