import Testing

@testable import KubernetesClient

@Suite struct LineBufferTests {
  private func lines(_ chunks: [[UInt8]]) throws -> [String] {
    var buffer = LineBuffer()
    return try chunks.flatMap { chunk in
      try buffer.append(chunk).map { String(decoding: $0, as: UTF8.self) }
    }
  }

  @Test func `lines come out whole wherever the stream is split in two`() throws {
    let text = Array("{\"a\":\"é\"}\n\n{\"b\":2}\nthe last, which does not end".utf8)
    for position in 0...text.count {
      let found = try lines([Array(text[..<position]), Array(text[position...])])
      #expect(found == ["{\"a\":\"é\"}", "{\"b\":2}"])
    }
  }

  @Test func `lines come out whole from single bytes`() throws {
    #expect(try lines("one\ntwo\n\nthree\n".utf8.map { [$0] }) == ["one", "two", "three"])
  }

  @Test func `a line is handed out with the chunk that ends it`() throws {
    var buffer = LineBuffer()
    #expect(try buffer.append(Array("begin".utf8)).isEmpty)
    #expect(try buffer.append([]).isEmpty)
    #expect(try buffer.append(Array(" end\nnext".utf8)) == [Array("begin end".utf8)])
    #expect(try buffer.append(Array("\n".utf8)) == [Array("next".utf8)])
  }

  @Test func `a line of the greatest length is taken and a longer one refused before it ends`() throws {
    let mebibyte = [UInt8](repeating: 0x61, count: 1 << 20)
    var buffer = LineBuffer()
    for _ in 0..<16 { #expect(try buffer.append(mebibyte).isEmpty) }
    var longer = buffer
    #expect(try buffer.append([0x0A]).map(\.count) == [LineBuffer.maximumLineBytes])
    #expect(throws: LineTooLong.self) { try longer.append([0x61]) }
  }
}
