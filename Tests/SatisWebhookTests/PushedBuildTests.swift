import KubernetesClient
import SatisAPI
import Testing

@testable import SatisWebhook

/// The limits of the resource definition, which the API server would refuse to see crossed.
@Suite struct PushedBuildTests {
  private let source = SatisBuild.Source(url: "https://git.example.com/acme/tools")

  func trigger(_ push: Push) throws -> SatisBuild.Trigger {
    try #require(
      SatisBuild(for: push, of: push.sources[0], from: "github", to: Fixture.repository(secrets: nil)).spec
        .trigger)
  }

  @Test func `records are cut to what the definition allows, counted in code points`() throws {
    let long = String(repeating: "e\u{301}", count: 2_000)
    let change = RefChange(long, .updated, commit: String(repeating: "a", count: 65))
    let trigger = try trigger(Push(sources: [source], deliveryID: long, changes: [change], actor: long))

    #expect(trigger.deliveryID?.unicodeScalars.count == 256)
    #expect(trigger.ref?.unicodeScalars.count == 1_024)
    #expect(trigger.actor?.unicodeScalars.count == 256)
    #expect(trigger.commit == String(repeating: "a", count: 64))
  }

  @Test func `records lose what the definition does not allow, and are left out when nothing remains`() throws
  {
    let change = RefChange("refs/heads/a\u{0}b\nc", .updated, commit: "ab/ü\u{301} c.1")
    let trigger = try trigger(
      Push(sources: [source], deliveryID: "\u{7}", changes: [change], actor: ""))

    #expect(trigger.deliveryID == nil)
    #expect(trigger.ref == "refs/heads/abc")
    #expect(trigger.actor == nil)
    #expect(trigger.commit == "abc.1")
  }

  @Test func `deliveries that differ beyond the cut are different builds`() {
    let start = String(repeating: "x", count: 300)
    let names = ["a", "b"].map { end in
      let push = Push(sources: [source], deliveryID: start + end)
      return SatisBuild(for: push, of: source, from: "generic", to: Fixture.repository(secrets: nil)).metadata
        .name
    }
    #expect(names[0] != names[1])
  }

  @Test func `a repository that was created anew has builds of its own`() {
    let push = Push(sources: [source], deliveryID: "1")
    let names = ["old", "new"].map { uid in
      SatisBuild(for: push, of: source, from: "generic", to: Fixture.repository(uid: uid, secrets: nil))
        .metadata
        .name
    }
    #expect(names[0] != names[1])
  }

  @Test func `several branches and tags are one record, with the first commit there is`() throws {
    let trigger = try trigger(
      Push(
        sources: [source], deliveryID: "1",
        changes: [
          RefChange("refs/heads/old", .deleted, commit: "dead"),
          RefChange("refs/heads/main", .updated, commit: "c0de"),
          RefChange("refs/tags/1.0", .created, commit: "f00d"),
        ]))
    #expect(trigger.ref == "refs/heads/old refs/heads/main refs/tags/1.0")
    #expect(trigger.commit == "c0de")
  }

  @Test(arguments: ["acme/tools", "a1/b2", "acme-corp/my_tools.x", "acme/a--b"])
  func `Composer's names are accepted`(package: String) throws {
    #expect(try SatisBuild.Source(checkedURL: nil, package: package).package == package)
  }

  @Test(arguments: [
    "acme", "acme/", "/tools", "acme/tools/x", "acme/tools\n", "-a/b", "a/-b", "a/b-", "a--b/c",
  ])
  func `other names are not`(package: String) {
    #expect(throws: Refusal.self) { try SatisBuild.Source(checkedURL: nil, package: package) }
  }
}
