import Testing

@testable import SatisPlugin

@Suite struct SpellingTests {
  private static let known = [
    "require", "require-all", "require-dev-dependencies", "repositories", "url", "type",
  ]

  @Test(
    arguments: [
      ("requrie", "require"), ("Require_All", "require-all"), ("require-dev", "require-dev-dependencies"),
      ("repository", "repositories"), ("repositorys", "repositories"), ("ulr", "url"), ("tpye", "type"),
      ("x", nil), ("", nil),
      ("platform", nil),
    ] as [(String, String?)])
  func `a word is near to one that it may have been meant for`(word: String, nearest: String?) {
    #expect(Spelling.nearest(to: word, among: Self.known) == nearest)
  }
}
