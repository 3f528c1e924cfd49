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
}
