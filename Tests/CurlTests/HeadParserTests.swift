import Testing

@testable import Curl

@Suite struct `The head of a response` {
  private func parse(_ lines: [String]) -> CurlStreamHead? {
    var parser = HeadParser()
    for line in lines {
      if case .complete(let head) = parser.accept(Array((line + "\r\n").utf8)) { return head }
    }
    return nil
  }

  @Test(arguments: [
    ("HTTP/1.1 200 OK", 200), ("HTTP/2 204", 204), ("HTTP/1.0 503", 503), ("HTTP/1.1 101 X", 101),
  ])
  func `has a status`(line: String, status: Int) {
    #expect(parse([line, ""])?.status == status)
  }

  @Test func `has fields without the blanks around them`() throws {
    let head = try #require(
      parse(["HTTP/1.1 200 OK", "A:b", "C: \t d e \t", "F:", "Date: 10:00", "nonsense", ""]))
    #expect(head.headers.map(\.name) == ["A", "C", "F", "Date"])
    #expect(head.headers.map(\.value) == ["b", "d e", "", "10:00"])
    #expect(head.header("date") == "10:00")
    #expect(head.header("none") == nil)
  }

  @Test func `follows interim heads, and forgets them`() throws {
    let head = try #require(parse(["HTTP/1.1 100 Continue", "X: 1", "", "HTTP/1.1 201 Created", "Y: 2", ""]))
    #expect(head.status == 201)
    #expect(head.headers.map(\.name) == ["Y"])
  }

  @Test func `is not whole before its empty line, and is kept after it`() {
    var parser = HeadParser()
    _ = parser.accept(Array("HTTP/1.1 200 OK\r\n".utf8))
    #expect(parser.complete == nil)
    _ = parser.accept(Array("\r\n".utf8))
    _ = parser.accept(Array("X-Trailer: 1\r\n".utf8))
    #expect(parser.complete?.status == 200)
    #expect(parser.complete?.headers.isEmpty == true)
  }

  @Test func `is too large at some point`() {
    var parser = HeadParser()
    let line = [UInt8](repeating: UInt8(ascii: "x"), count: HeadParser.maximumBytes / 4 + 1)
    for _ in 1...3 { guard case .more = parser.accept(line) else { return #expect(Bool(false)) } }
    guard case .tooLarge = parser.accept(line) else { return #expect(Bool(false)) }
  }
}
