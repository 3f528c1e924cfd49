import Foundation
import KubernetesClient
import SatisWebhook
import Testing

/// What `satis-operator webhook verify` tells about a recorded call.
@Suite struct RehearsalTests {
  /// A call as a tool for looking at networks writes it down.
  private func recording(
    _ call: Call, line: String? = "POST /satis/packages HTTP/1.1", lineEnd: String = "\r\n"
  ) -> [UInt8] {
    let fields = call.headers.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
    return Array(((line.map { [$0] } ?? []) + fields + ["", ""]).joined(separator: lineEnd).utf8) + call.body
  }

  private func rehearse(
    _ call: Call, from host: String? = nil, secret: String = Fixture.secret, lineEnd: String = "\r\n"
  ) async throws -> Rehearsal {
    try await Rehearsal(of: recording(call, lineEnd: lineEnd), from: host, secret: Array(secret.utf8))
  }

  @Test(arguments: ["\r\n", "\n"])
  func `a push that is accepted is explained line by line`(lineEnd: String) async throws {
    let push = GitHubCalls.push()
    let rehearsal = try await rehearse(push.signed(), from: "github", lineEnd: lineEnd)
    #expect(rehearsal.isAccepted)
    #expect(
      rehearsal.description == """
        host      github, by x-github-delivery, x-github-event
        delivery  \(GitHubCalls.delivery)
        body      \(push.body.count) bytes
        proof     fits the secret
        event     something to build
        source    \(GitHubCalls.cloneURL)
        ref       refs/heads/main
        commit    \(GitHubCalls.commit)
        actor     alexdoe-work
        answer    202 created if satis.json lists the source, else 200 ignored; 200 duplicate if this delivery was here before

        """)
  }

  @Test func `a ping and an event that needs no build are accepted`() async throws {
    let ping = try await rehearse(GitHubCalls.ping.signed())
    #expect(ping.isAccepted)
    #expect(ping.description.contains("event     a trial of the hook\nanswer    200 pong\n"))
    let star = try await rehearse(GitHubCalls.call("star", "{}").signed())
    #expect(star.isAccepted)
    #expect(star.description.contains("event     nothing to build: 'star' events change no source"))
    #expect(star.description.contains("answer    200 ignored\n"))
  }

  @Test func `a generic call is recognised by what it lacks, and another host than was said is told`()
    async throws
  {
    let rehearsal = try await rehearse(GenericTests.urlCall, from: "github")
    #expect(
      rehearsal.description.hasPrefix(
        "host      generic, since there is no header of any other host; that is not github\n"))
    #expect(rehearsal.isAccepted)
  }

  @Test func `what a host shows above the headers of a delivery is passed over`() async throws {
    let notes = "Request URL: https://hooks.example.com/satis/packages\nRequest method: POST\n"
    let call = recording(GitHubCalls.push().signed(), line: nil, lineEnd: "\n")
    let rehearsal = try await Rehearsal(
      of: Array(notes.utf8) + call, from: nil, secret: Array(Fixture.secret.utf8))
    #expect(rehearsal.isAccepted)
  }

  @Test func `a source that has several names is shown by the first`() async throws {
    let call = try RecordedCall.read("bitbucket-data-center/push")
    let rehearsal = try await rehearse(call)
    #expect(rehearsal.isAccepted)
    #expect(rehearsal.description.contains("\nsource    https://bitbucket.example.com/scm/"))
  }

  @Test func `that GitLab does not show the token is told`() async throws {
    var call = try RecordedCall.unproven("gitlab/push")
    call.headers["X-Gitlab-Token"] = "[REDACTED]"
    let rehearsal = try await rehearse(call)
    #expect(!rehearsal.isAccepted)
    #expect(rehearsal.description.contains("GitLab does not show the token of a call that it has sent"))
  }

  @Test func `a body that cannot be read is refused although it is signed`() async throws {
    let rehearsal = try await rehearse(GitHubCalls.call("push", "{").signed())
    #expect(!rehearsal.isAccepted)
    #expect(rehearsal.description.contains("proof     fits the secret\nevent     cannot be read: "))
    #expect(rehearsal.description.contains("answer    400 malformed: "))
  }

  @Test func `a body that is too large is refused`() async throws {
    var call = GenericTests.urlCall
    call.body += Array(repeating: UInt8(ascii: " "), count: 1 << 20)
    let rehearsal = try await rehearse(call)
    #expect(!rehearsal.isAccepted)
    #expect(rehearsal.description.contains("proof     not looked at\n"))
    #expect(rehearsal.description.contains("answer    413 too_large: "))
  }

  @Test(arguments: ["", "\n", "\r\n"])
  func `a line end of the secret's file does not matter`(end: String) async throws {
    #expect(try await rehearse(GitHubCalls.push().signed(), secret: Fixture.secret + end).isAccepted)
  }

  // MARK: - The usual mistakes

  private func hint(_ call: Call, secret: String = Fixture.secret) async throws -> String {
    let rehearsal = try await rehearse(call, secret: secret)
    #expect(!rehearsal.isAccepted)
    #expect(rehearsal.lines.last?.text.hasPrefix("401 unauthorized: ") == true)
    return rehearsal.lines.filter { $0.topic == "hint" }.map(\.text).joined(separator: "\n")
  }

  @Test(
    arguments: [
      ("\(Fixture.secret)\n", "with a line feed behind it"),
      ("\(Fixture.secret)\r\n", "with a line end behind it"),
      ("\(Fixture.secret) ", "with a blank behind it"),
      (Data(Fixture.secret.utf8).base64EncodedString(), "the secret in base64"), ("", "an empty secret"),
      ("other", "none of the usual mistakes"),
    ])
  func `a secret that was entered in another way is recognised`(entered: String, hint: String) async throws {
    let told = try await self.hint(GitHubCalls.push().signed(with: entered))
    #expect(told.contains(hint))
  }

  @Test func `a Secret with too much in it is recognised`() async throws {
    let push = GitHubCalls.push().signed()
    let blank = try await hint(push, secret: " \(Fixture.secret) ")
    #expect(blank.contains("without the blanks around it"))
    let twice = try await hint(push, secret: Data(Fixture.secret.utf8).base64EncodedString())
    #expect(twice.contains("encoded twice"))
    let empty = try await hint(push, secret: "\n")
    #expect(empty == "the secret is empty, and an empty secret lets nobody in")
  }

  @Test func `a signature by SHA-1 alone is recognised, and none at all`() async throws {
    var call = GitHubCalls.push()
    let none = try await hint(call)
    #expect(none.contains("no secret is entered"))
    call.headers["X-Hub-Signature"] = "sha1=\(String(repeating: "a", count: 40))"
    let old = try await hint(call)
    #expect(old.contains("SHA-1"))
  }

  @Test(
    arguments: [
      ("{\"a\": \"b c\",\n \"d\": 1}", "{\"a\":\"b c\",\"d\":1}", "without blanks between its parts"),
      ("{\"a\":\n1}", "{\"a\":\r\n1}", "with CRLF as line ends"),
      ("{\"a\":\r\n1}", "{\"a\":\n1}", "with LF as line ends"),
      ("{\"a\":1}\n", "{\"a\":1}", "without the line end at its end"),
      ("{\"a\":1}", "{\"a\":1}\n", "with a line feed at its end"),
    ])
  func `a body that was changed on its way is recognised`(
    recorded: String, signed: String, hint: String
  ) async throws {
    var call = GitHubCalls.call("push", signed).signed()
    call.body = Array(recorded.utf8)
    let told = try await self.hint(call)
    #expect(told.hasPrefix("it would fit the body \(hint)"))
  }

  @Test func `a form that was signed by its JSON is recognised`() async throws {
    let push = GitHubCalls.push().signed()
    var form = GitHubCalls.form(push)
    form.headers["X-Hub-Signature-256"] = push.headers["X-Hub-Signature-256"]
    let told = try await hint(form)
    #expect(told.contains("the JSON inside of the form"))
  }

  @Test func `a recording that is longer than what was sent is told, and tried in its length`() async throws {
    var call = GitHubCalls.push().signed()
    call.headers["Content-Length"] = "\(call.body.count)"
    call.body += Array("\n--- end ---".utf8)
    let rehearsal = try await rehearse(call)
    #expect(rehearsal.description.contains("though Content-Length says \(call.body.count - 12)"))
    #expect(rehearsal.description.contains("the first \(call.body.count - 12) bytes of the body"))
  }

  // MARK: - Recordings

  @Test func `a host that the path names is believed, and a whole namespace may be called`() async throws {
    for path in ["/satis/packages/github", "/satis/-/github", "/satis"] {
      let call = GitHubCalls.push().signed()
      let rehearsal = try await Rehearsal(
        of: recording(call, line: "POST \(path) HTTP/1.1"), from: nil, secret: Array(Fixture.secret.utf8))
      #expect(rehearsal.isAccepted, "\(path)")
      let byPath = rehearsal.description.hasPrefix("host      github, by the path\n")
      #expect(byPath == path.hasSuffix("github"), "\(path)")
    }
  }

  @Test func `a recording without a first line is read as one with it`() async throws {
    let call = GitHubCalls.push().signed()
    let whole = try await Rehearsal(of: recording(call), from: nil, secret: Array(Fixture.secret.utf8))
    let headless = try await Rehearsal(
      of: recording(call, line: nil), from: nil, secret: Array(Fixture.secret.utf8))
    #expect(whole.description == headless.description)
  }

  @Test func `what is no recording is told`() async throws {
    await #expect(throws: UnreadableRecording.empty) {
      try await Rehearsal(of: [], from: nil, secret: [])
    }
    let error = await #expect(throws: UnreadableRecording.self) {
      try await Rehearsal(of: Array("{\"ref\":\n".utf8), from: nil, secret: [])
    }
    #expect(error?.description.isEmpty == false)
  }

  @Test(arguments: [Int64.max, 253_402_300_800, -1])
  func `a call of a time that no call can have is refused`(time: Int64) async throws {
    let call = RecordedCall.standardSigned(try RecordedCall.unproven("gitlab/push"), time: time)
    let rehearsal = try await rehearse(call, from: "gitlab")
    #expect(!rehearsal.isAccepted)
    #expect(rehearsal.description.contains("401"))
  }

  @Test func `no secret is shown`() async throws {
    for secret in [Fixture.secret, "Ohph3aec"] {
      let rehearsal = try await rehearse(GitHubCalls.push().signed(), secret: secret)
      #expect(!rehearsal.description.contains(secret))
      #expect(!rehearsal.description.contains("sha256="))
    }
  }
}
