import Testing

@testable import KubernetesClient

@Suite struct ObjectListTests {
  private func list<Object: KubernetesObject>(_ type: Object.Type, version: String) -> ObjectList<Object> {
    ObjectList(items: [], unreadable: [], resourceVersion: version)
  }

  @Test func `a list is as new as one of another kind when its version is no lower number`() {
    let jobs = list(Job.self, version: "99")
    #expect(list(Pod.self, version: "99").isAsNew(as: jobs))
    #expect(list(Pod.self, version: "100").isAsNew(as: jobs))
    #expect(!list(Pod.self, version: "98").isAsNew(as: jobs))
  }

  @Test(arguments: [("a7", "7"), ("7", "a7"), ("", ""), ("07", "7"), ("-7", "7")])
  func `of versions that are no numbers nobody knows which is newer`(version: String, other: String) {
    #expect(!list(Pod.self, version: version).isAsNew(as: list(Job.self, version: other)))
  }
}
