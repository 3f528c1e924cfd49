import KubernetesClient
import Testing

@testable import SatisPlugin

/// Broken JSON is read to its end, and every mistake in it is told.
@Suite struct LenientJSONTests {
  @Test(arguments: [
    ("{\"a\": 1,}", "a comma before the closing bracket", "remove it", 7),
    ("[1, 2,]", "a comma before the closing bracket", "remove it", 5),
    ("{\"a\": 1 \"b\": 2}", "no comma before this", "write a comma behind what stands before it", 8),
    ("[1,, 2]", "a comma too many", "remove it", 3),
    ("{\"a\": 1} // why", "a comment, which JSON does not have", "\"_comment\"", 9),
    ("{ # why\n\"a\": 1}", "a comment, which JSON does not have", "remove it", 2),
    ("{/* why */\"a\": 1}", "a comment, which JSON does not have", "remove it", 1),
    ("{'a': 1}", "single quotes", "write double quotes", 1),
    ("{a: 1}", "the name a has no quotation marks", "write \"a\"", 1),
    ("{\"a\": yes}", "yes has no quotation marks", "write \"yes\"", 6),
    ("{\"a\": True}", "True is no word of JSON", "write true", 6),
    ("{\"a\": None}", "None is no word of JSON", "write null", 6),
    ("{\"a\": 01}", "01 is no number as JSON writes it", "without a plus sign or zeros", 6),
    ("{\"a\" 1}", "no colon after the name \"a\"", "write \"a\":", 5),
    ("{\"a\" => 1}", "'=' after the name \"a\"", "write a colon", 5),
    ("{\"a\": }", "\"a\" has no value", "write one, or remove the name", 6),
    ("{\"a\": [1}", "'}' where ']' has to close", "write ']'", 8),
    ("{\"a\": 1", "'{' is not closed before the end of the text", "write the '}' that is missing", 0),
    ("{\"a\": 1}}", "something follows the end of the object", "closes too early", 8),
    ("{\"a\": \"b\n}", "the text does not end on its line", "close it with a quotation mark", 6),
    ("{\"a\": \"b", "the text does not end", "close it", 6),
    ("{\"a\": \"b\tc\"}", "a control character in a text", "write a tab as \\t", 8),
    ("{\"a\": \"\\d\"}", "an escape that JSON does not know", "write \\\\", 7),
    ("{\"a\": \"\\u12\"}", "\\u without four hexadecimal digits", "write all four", 7),
    ("\u{FEFF}{}", "a byte order mark before the text", "without BOM", 0),
    ("  ", "there is nothing", "write an object", 2),
  ])
  func `a mistake is told with its place and the remedy`(
    text: String, message: String, remedy: String, offset: Int
  ) throws {
    let problems = LenientJSON.read(text).problems
    let first = try #require(problems.first, "nothing was found in \(text)")
    #expect(first.message == message)
    #expect(first.remedy.contains(remedy))
    #expect(first.offset == offset)
  }

  @Test func `what is behind a mistake is read as if it were not there`() {
    let (root, problems) = LenientJSON.read(
      """
      {
        // who we are
        'name': "acme/packages",
        "list": [1, 2,],
        "flag": True
        "text": "a\\u00e9\\ud83d\\ude00\\/"
      """)
    #expect(problems.count == 6)
    #expect(
      root?.plain == ["name": "acme/packages", "list": [1, 2], "flag": true, "text": "aé😀/"])
  }

  /// Every text that is cut, or has a byte taken out or doubled, is judged as the controller's own reader does.
  @Test func `the two readers agree on what is JSON`() {
    let text = Array(
      #"{"a": [1, -2.5e+3, 0, true, false, null, "b\"\\\u00e9"], "c": {"d": {}, "e": []}, "f": "é"}"#.utf8)
    var variants: [[UInt8]] = [text]
    for index in text.indices {
      variants.append(Array(text[..<index]))
      variants.append(Array(text[..<index] + text[(index + 1)...]))
      variants.append(Array(text[...index] + text[index...]))
    }
    for variant in variants {
      guard let text = String(validating: variant, as: UTF8.self) else { continue }
      let strict = try? JSONValue(parsing: text.utf8)
      let (root, problems) = LenientJSON.read(text)
      #expect((strict != nil) == problems.isEmpty, "\(text): \(problems)")
      if let strict { #expect(root?.plain == strict, "\(text)") }
    }
  }

  @Test func `no nesting is too deep to be told`() {
    let problems = LenientJSON.read(String(repeating: "[", count: 100_000)).problems
    #expect(problems.contains { $0.message.contains("512") })
  }
}
