import Testing

@testable import Curl

@Suite struct `A header field to send` {
  @Test(arguments: [
    ("A", "b", "A: b"), ("A", "", "A;"), ("Content-Type", "a/b; c=\"d\"", "Content-Type: a/b; c=\"d\""),
    ("X", "caf\u{e9}", "X: caf\u{e9}"), ("X", "a\tb", "X: a\tb"),
  ])
  func `becomes one line`(name: String, value: String, line: String) throws {
    #expect(try HeaderLine.encode(name, value) == line)
  }

  @Test(arguments: [
    ("", "b"), ("A B", "c"), ("A:", "b"), ("A\r\nB", "c"), ("A", "b\r\nC: d"), ("A", "\u{7f}"),
  ])
  func `is refused when it would be several, and its value is not shown`(name: String, value: String) {
    let problem = #expect(throws: RequestProblem.self) { try HeaderLine.encode(name, value) }
    #expect(problem?.reason.contains("d") == true)
    #expect(problem?.reason.contains("C: d") == false)
  }
}
