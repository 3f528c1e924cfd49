import SatisAPI
import Testing

@testable import SatisController

/// The words of the runner are those of the API, each of which `kubectl satis explain` has advice for.
@Suite struct AttemptReasonTests {
  /// Words in the runner that look like a reason and are none.
  private static let others: Set<Substring> = ["NoHTML", "PharData", "ZipArchive"]

  @Test func `every reason that the runner gives is known to the API`() {
    var words: Set<Substring> = []
    for text in RunnerProgram.files.filter({ $0.key.hasSuffix(".php") }).values {
      // Reasons stand in quotes of their own, in one word that begins with a capital letter.
      for match in text.matches(of: /'([A-Z][a-z]+(?:[A-Z][a-zA-Z]+)+|Terminated|Succeeded)'/) {
        words.insert(match.1)
      }
    }
    let reasons = words.subtracting(Self.others)
    #expect(reasons.count > 15)
    for reason in reasons.sorted() {
      #expect(SatisBuild.Attempt.Reason(rawValue: String(reason)) != nil, "\(reason)")
    }
  }
}
