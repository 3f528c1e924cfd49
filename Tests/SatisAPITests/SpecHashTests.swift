import SatisAPI
import Testing

@Suite struct SpecHashTests {
  private let spec = SatisBuild.Spec(
    repositoryRef: .init(name: "packages"), source: .init(url: "https://git.example.org/acme/lib.git"),
    trigger: .init(
      type: .webhook, provider: "github", deliveryID: "d1", ref: "main", commit: "c0ffee", actor: "me"))

  @Test func `equal specs have equal hashes, from version to version`() {
    #expect(spec.hash == "8603bada625c51f1")
    #expect(SatisBuild.Spec(repositoryRef: .init(name: "packages")).hash == "3b2e03030358722e")
  }

  @Test func `every change of a spec changes its hash`() {
    let changes: [(inout SatisBuild.Spec) -> Void] = [
      { $0.repositoryRef.name = "other" }, { $0.source = nil }, { $0.source?.url = nil },
      { $0.source?.url = "https://git.example.org/acme/lib" }, { $0.source?.package = "acme/lib" },
      { $0.trigger = nil }, { $0.trigger?.type = .manual }, { $0.trigger?.provider = "gitea" },
      { $0.trigger?.deliveryID = "d2" }, { $0.trigger?.ref = "other" }, { $0.trigger?.commit = nil },
      { $0.trigger?.actor = "you" }, { $0.source?.prune = true }, { $0.operation = .purge },
      { $0.release = "20260801T120000Z" },
    ]
    var hashes: Set<String> = [spec.hash]
    for change in changes {
      var changed = spec
      change(&changed)
      hashes.insert(changed.hash)
    }
    #expect(hashes.count == changes.count + 1)
  }

  @Test func `a build that is cancelled asks for the same as before`() {
    var cancelled = spec
    cancelled.state = .cancelled
    #expect(cancelled.hash == spec.hash)
  }
}
