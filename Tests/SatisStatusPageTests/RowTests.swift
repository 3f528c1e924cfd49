import FoundationEssentials
import KubernetesClient
import SatisAPI
import Testing

@testable import SatisStatusPage

@Suite struct RowTests {
  @Test func `a build that nobody has seen is new`() {
    let row = BuildRow(Sample.build("a"))
    #expect(row.state == "New")
    #expect(!row.hasEnded)
    #expect(row.operation == "Build")
    #expect(row.source == nil && row.seconds == nil && row.message == nil)
  }

  @Test(arguments: SatisBuild.Reason.allCases)
  func `a build's state is the reason of its condition`(reason: SatisBuild.Reason) {
    let row = BuildRow(Sample.build("a", reason: reason, message: "why"))
    #expect(row.state == reason.rawValue)
    #expect(row.message == "why")
    #expect(row.hasEnded == (reason.status != .unknown))
  }

  @Test func `a build that has ended tells how long its Jobs took`() {
    let row = BuildRow(
      Sample.build("a", reason: .succeeded) {
        $0.status?.startTime = Sample.time(5)
        $0.status?.completionTime = Sample.time(47)
        $0.status?.attempts = [.init(number: 1), .init(number: 2)]
      })
    #expect(row.seconds == 42)
    #expect(row.attempts == 2)
  }

  @Test func `clocks that disagree make no negative time`() {
    let row = BuildRow(
      Sample.build("a", reason: .failed) {
        $0.status?.startTime = Sample.time(5)
        $0.status?.completionTime = Sample.time(3)
      })
    #expect(row.seconds == 0)
  }

  @Test func `no credential of a source, a push or a message is shown`() {
    let row = BuildRow(
      Sample.build("a", source: "https://alex:hunter2@git.example.org/acme/lib.git") {
        $0.spec.trigger = .init(
          type: .webhook, provider: "github", ref: "https://x:hunter2@h/", commit: "?token=hunter2",
          actor: "ghp_hunter2hunter2hunter2")
        $0.status = .init(conditions: [
          unredacted("Authorization: Bearer hunter2hunter2")
        ])
      })
    #expect(row.source == "https://***@git.example.org/acme/lib.git")
    #expect(row.trigger == "Webhook, github")
    for text in [row.source, row.ref, row.commit, row.actor, row.message] {
      #expect(text?.contains("hunter2") == false)
    }
  }

  /// As somebody with the right to write statuses may have written it.
  private func unredacted(_ message: String) -> Condition {
    var condition = Condition(
      type: ConditionType.succeeded, status: .no, reason: "Failed", message: "", observedGeneration: 1,
      lastTransitionTime: Sample.time(0))
    condition.message = message
    return condition
  }

  @Test func `of a repository nothing is read that could hold a secret`() throws {
    let manifest: JSONValue = [
      "metadata": ["name": "packages", "namespace": "satis"],
      "spec": [
        "state": "Suspended",
        "config": ["inline": "{\"a\": \"hunter2\"}"],
        "credentials": ["composerAuth": ["secretKeyRef": ["name": "hunter2", "key": "auth.json"]]],
        "build": ["env": [["name": "PASSWORD", "value": "hunter2"]]],
      ],
      "status": ["queuedBuilds": 3, "configHash": "hunter2"],
    ]
    let repository = try JSONDecoder().decode(
      ShownRepository.self, from: Data(try manifest.serialized().utf8))
    #expect(repository.spec.state == .suspended)
    let shown = try JSONValue(encoding: RepositoryRow(repository)).serialized()
    #expect(shown.contains("\"queued\":3"))
    #expect(!shown.contains("hunter2"))
  }
}
