import KubernetesClient
import SatisAPI
import Testing

@testable import SatisWebhook

/// The limits of the resource definition, which the API server would refuse to see crossed.
@Suite struct PushedBuildTests {
  func trigger(_ push: Push) throws -> SatisBuild.Trigger {
    try #require(SatisBuild(for: push, from: "github", to: Fixture.repository(secrets: nil)).spec.trigger)
  }

  @Test func `records are cut to what the definition allows, counted in code points`() throws {
    let long = String(repeating: "e\u{301}", count: 2_000)
    var push = Push(source: .init(url: "https://git.example.com/acme/tools"), deliveryID: long)
    push.ref = long
    push.actor = long
    push.commit = String(repeating: "a", count: 65)
    let trigger = try trigger(push)

    #expect(trigger.deliveryID?.unicodeScalars.count == 256)
    #expect(trigger.ref?.unicodeScalars.count == 1_024)
    #expect(trigger.actor?.unicodeScalars.count == 256)
    #expect(trigger.commit == String(repeating: "a", count: 64))
  }

  @Test func `records lose what the definition does not allow, and are left out when nothing remains`() throws
  {
    var push = Push(source: .init(url: "https://git.example.com/acme/tools"), deliveryID: "\u{7}")
    push.ref = "refs/heads/a\u{0}b\nc"
    push.actor = ""
    push.commit = "ab/ü\u{301} c.1"
    let trigger = try trigger(push)

    #expect(trigger.deliveryID == nil)
    #expect(trigger.ref == "refs/heads/abc")
    #expect(trigger.actor == nil)
    #expect(trigger.commit == "abc.1")
  }

  @Test func `deliveries that differ beyond the cut are different builds`() {
    let start = String(repeating: "x", count: 300)
    let names = ["a", "b"].map { end in
      let push = Push(source: .init(package: "acme/tools"), deliveryID: start + end)
      return SatisBuild(for: push, from: "generic", to: Fixture.repository(secrets: nil)).metadata.name
    }
    #expect(names[0] != names[1])
  }

  @Test func `a repository that was created anew has builds of its own`() {
    let push = Push(source: .init(package: "acme/tools"), deliveryID: "1")
    let names = ["old", "new"].map { uid in
      SatisBuild(for: push, from: "generic", to: Fixture.repository(uid: uid, secrets: nil)).metadata.name
    }
    #expect(names[0] != names[1])
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
