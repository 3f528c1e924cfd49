import KubernetesClient
import SatisAPI
import Testing

@testable import SatisController

@Suite struct UnansweredWritesTests {
  private let writes = UnansweredWrites()
  private let key = NamespacedName(namespace: "shop", name: "acme")
  private let lost = KubernetesError(
    request: "patch", cause: .status(.init(code: 504, reason: "Timeout")))
  private let conflict = KubernetesError(
    request: "patch", cause: .status(.init(code: 409, reason: "Conflict")))

  private func build(version: String = "1") -> SatisBuild {
    var metadata = ObjectMetadata(name: "b1", namespace: "shop")
    metadata.uid = "uid-b1"
    metadata.resourceVersion = version
    return SatisBuild(metadata: metadata, spec: .init(repositoryRef: .init(name: "acme")))
  }

  private func ended(_ reason: SatisBuild.Reason = .failed) -> SatisBuild.Status {
    build().ended(reason, "it broke", at: Timestamp(seconds: 1_700_000_000))
  }

  private func stored(_ status: SatisBuild.Status) -> SatisBuild {
    var build = build(version: "2")
    build.status = status
    return build
  }

  @Test func `a write without an answer follows once the build is seen with it, and no second time`() {
    writes.note(ended(), of: build(), key, lost)
    // The cache is behind.
    #expect(writes.settle(key, [build()]).isEmpty)
    let settled = writes.settle(key, [stored(ended())])
    #expect(settled.count == 1)
    #expect(settled.first?.build.status == nil)
    #expect(settled.first?.status == ended())
    #expect(writes.settle(key, [stored(ended())]).isEmpty)
  }

  @Test func `a write that the server has refused is none`() {
    writes.note(ended(), of: build(), key, conflict)
    #expect(writes.settle(key, [stored(ended())]).isEmpty)
  }

  @Test func `one that turns out not to have happened is forgotten`() {
    writes.note(ended(.failed), of: build(), key, lost)
    #expect(writes.settle(key, [stored(ended(.cancelled))]).isEmpty)
    #expect(writes.settle(key, [stored(ended(.failed))]).isEmpty)
  }

  @Test func `one that was repeated with an answer is told by that`() {
    writes.note(ended(), of: build(), key, lost)
    writes.forget(build(), key)
    #expect(writes.settle(key, [stored(ended())]).isEmpty)
  }

  @Test func `of several tries any may be the one that was written`() {
    let first = ended()
    var second = ended()
    second.completionTime = second.completionTime.map { $0 + 1 }
    writes.note(first, of: build(), key, lost)
    writes.note(second, of: build(), key, lost)
    #expect(writes.settle(key, [stored(first)]).map(\.status) == [first])
  }

  @Test func `the same end that another controller has written is that one's`() {
    var other = ended()
    other.completionTime = other.completionTime.map { $0 + 1 }
    writes.note(ended(), of: build(), key, lost)
    #expect(writes.settle(key, [stored(other)]).isEmpty)
  }

  @Test func `a build that is gone leaves nothing behind`() {
    writes.note(ended(), of: build(), key, lost)
    #expect(writes.settle(key, []).isEmpty)
    #expect(writes.settle(key, [stored(ended())]).isEmpty)
  }
}
