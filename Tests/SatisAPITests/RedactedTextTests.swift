import SeededRandom
import TestSupport
import Testing

@testable import SatisAPI

@Suite struct RedactedTextTests {
  private static let secrets: [(text: String, shown: String)] = [
    ("fatal: https://deploy:s3cr3t@git.example.test/a.git", "fatal: https://***@git.example.test/a.git"),
    ("https://deploy:s3/cr3t@git.example.test/a.git", "https://***@git.example.test/a.git"),
    ("https://deploy:s3@cr3t@git.example.test/a.git", "https://***@git.example.test/a.git"),
    ("https://0123456789abcdef@git.example.test/a.git", "https://***@git.example.test/a.git"),
    ("HTTP://0123456789abcdef@git.example.test", "HTTP://***@git.example.test"),
    ("ssh://git:s3cr3t@git.example.test/a.git", "ssh://***@git.example.test/a.git"),
    ("postgres://:s3cr3t@db", "postgres://***@db"),
    ("token ghp_0123456789abcdefghijABCDEFGHIJ012345.", "token ***"),
    ("TOKEN_ghs_0123456789abcdef!", "TOKEN_***!"),
    ("github_pat_11AAAAAAA0123456789_abcdefghijklmnop", "***"),
    ("(glpat-AbCdEfGhIjKlMnOpQrSt)", "(***)"), ("gldt-AbCdEfGhIjKlMnOpQrSt", "***"),
    ("glptt-0123456789abcdef", "***"), ("glrtr-0123456789abcdef glagent-0123456789abcdef", "*** ***"),
    ("xoxb-123456789012-abcdef", "***"), ("ATBB0123456789abcdef", "***"),
    ("ATCTT3xFfGN0-abc_def=0123", "***"), ("ATATT3xFfGF0abcdef", "***"),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N, next", "***, next"),
    ("> Authorization: Bearer abc.def-ghi_jkl~mno\nnext", "> Authorization: ***\nnext"),
    ("proxy-authorization:x", "proxy-authorization:***"),
    (#"{"Authorization": "token short", "a": 1}"#, #"{"Authorization": "***", "a": 1}"#),
    ("sent bearer abcdefghijklmnop", "sent bearer ***"),
    ("Basic dXNlcjpwYXNzd29yZA== sent", "Basic *** sent"),
    ("PRIVATE-TOKEN: plain secret\r\nHost: x", "PRIVATE-TOKEN: ***\r\nHost: x"),
    ("X-Gitlab-Token: plain", "X-Gitlab-Token: ***"),
    (#"{"username":"deploy","password":"s3cr3t"}"#, #"{"username":"deploy","password":"***"}"#),
    (
      "GET https://git.example.test/a.zip?private_token=plain&x=1",
      "GET https://git.example.test/a.zip?private_token=***&x=1"
    ),
    (
      "https://s3.example.test/a.zip?x=1&X-Amz-Signature=plain done",
      "https://s3.example.test/a.zip?x=1&X-Amz-Signature=*** done"
    ),
    ("/cb#access_token=plain", "/cb#access_token=***"), ("?a=1&amp;key=plain", "?a=1&amp;key=***"),
    (
      "POST https://hooks.slack.com/services/T0/B0/xyz failed",
      "POST https://hooks.slack.com/services/*** failed"
    ),
    ("\"https://hooks.slack.com/workflows/T0/B0\"", "\"https://hooks.slack.com/workflows/***\""),
    ("hooks.slack.com/T0", "hooks.slack.com/***"),
    (
      "key:\n-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----\nend",
      "key:\n***\nend"
    ),
    ("-----BEGIN PRIVATE KEY-----\nb3Bl (cut off", "***"),
    ("Müller ✓ https://ü:ß@host ✓", "Müller ✓ https://***@host ✓"),
  ]

  @Test(arguments: secrets)
  func `what looks like a credential is replaced`(text: String, shown: String) {
    #expect(RedactedText(text).description == shown)
  }

  @Test(arguments: [
    "", "Cloning ssh://git@git.example.test:22/acme/a.git and git@github.com:acme/a.git",
    "https://git.example.test:8443/acme/a.git?ref=main&page=2 http://localhost:8080/p2/acme/a@1.0.json",
    "x-oauth-basic oauth2 git basic authentication bearer certificate",
    "ghp_short glpat-short eyJ.a.b eyJhbGciOiJ.x.y",
    "acme/global-configuration acme/glossary-management glue-code-generator glpatx-0123456789abcdef",
    "authorization failed; see the log", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
    "pods \"satis-1\" is forbidden: exceeded quota: limits.memory=1Gi",
    "mailto:someone@example.test at 12:30@noon",
    "highp_0123456789abcdef", "https://hooks.slack.example/services/x",
  ])
  func `what is no credential stays as it is`(text: String) {
    #expect(RedactedText(text).description == text)
  }

  @Test func `redacting twice changes nothing`() {
    let pieces =
      Self.secrets.map(\.text) + [
        "://", ":", "@", "/", " ", "\n", "http", "ghp_", "gl", "-", "eyJ", ".", "Bearer ", "Basic ",
        "?token=", "&", "=",
        "\"", "Authorization:", "-----BEGIN PRIVATE KEY-----", "-----END ", "aaaaaaaaaaaa", "***", "é",
        "hooks.slack.com/services/",
      ]
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<20_000 {
      let count = Int.random(in: 1...8, using: &generator)
      let text = (0..<count).map { _ in pieces[Int.random(in: 0..<pieces.count, using: &generator)] }.joined()
      let once = RedactedText(text).description
      let twice = RedactedText(once).description
      guard once == twice else {
        Issue.record("\(text) becomes \(once) and then \(twice)")
        return
      }
    }
  }

  // One that looked at everything again with each character would take a quarter of an hour.
  @Test(
    .timeLimit(.minutes(1)),
    arguments: [
      "Reading composer.json of acme/a (v1.0) at 12:00. ", "://a:", "://a:1", "eyJ-", "eyJaaaaaaaa.",
      "?token",
      "bearer  ",
      "-----BEGIN ", "gl", "-----BEGIN A", "Authorization", "hooks.slack.com", "basic a",
    ])
  func `a long text costs no more than its length`(piece: String) {
    let text = String(repeating: piece, count: 200_000 / piece.utf8.count)
    #expect(!RedactedText(text).description.isEmpty)
  }

  @Test func `a text is cut after credentials have gone`() {
    #expect(RedactedText("ghp_0123456789abcdef", maximumBytes: 12).description == "***")
    #expect(RedactedText("aaaaaa", maximumBytes: 5).description == "aa…")
  }
}
