import SatisPlugin
import Testing

/// A satis.json to make mistakes in, and what is expected of them.
enum SatisTexts {
  static func lint(_ text: String) -> Lint {
    Lint([.init(name: "satis.json", bytes: Array(text.utf8))])
  }

  /// A satis.json that is good but for some members.
  static func text(_ members: String, sources: String? = nil) -> String {
    """
    {
      "name": "acme/packages",
      "homepage": "https://packages.example.org",
      "repositories": [\(sources ?? #"{"type": "vcs", "url": "https://git.example.org/acme/lib.git"}"#)]\
    \(members.isEmpty ? "" : ",\n  \(members)")
    }
    """
  }

  static func expect(_ words: String, _ remedy: String, _ severity: Finding.Severity, in text: String) throws
  {
    let findings = lint(text).findings
    let found = try #require(
      findings.first { $0.message.contains(words) }, "'\(words)' was not found: \(findings)")
    #expect(found.remedy.contains(remedy))
    #expect(found.severity == severity)
  }
}
