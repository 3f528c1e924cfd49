import KubernetesClient
import Testing

@Suite struct ByteLimitTests {
  @Test(arguments: [
    ("aaaaa", 5, "aaaaa"), ("aaaaaa", 5, "aa…"), ("ééé", 5, "é…"), ("🎉🎉", 6, "…"), ("aaaaaa", 2, ""),
    ("", 0, ""),
  ])
  func `a text is cut between characters and says so`(text: String, limit: Int, cut: String) {
    #expect(text.prefix(maximumBytes: limit) == cut)
  }
}
