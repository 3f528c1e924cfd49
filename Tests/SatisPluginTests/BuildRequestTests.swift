import KubernetesClient
import SatisAPI
import SatisPlugin
import SeededRandom
import TestSupport
import Testing

@Suite struct BuildRequestTests {
  private func build(_ request: BuildRequest) -> SatisBuild {
    var generator = SeededGenerator(seed: 1)
    return request.build(in: "team", using: &generator)
  }

  @Test func `a build says who asked for it and leaves out what is the default`() {
    let build = build(.init(repository: "acme", actor: "jane"))
    #expect(build.metadata.namespace == "team")
    #expect(
      build.spec == .init(repositoryRef: .init(name: "acme"), trigger: .init(type: .manual, actor: "jane")))
  }

  @Test func `its name begins with the repository's and is another one each time`() {
    var generator = SeededGenerator(seed: 1)
    let request = BuildRequest(repository: String(repeating: "a", count: 60), actor: nil)
    let names = (0..<100).map { _ in request.build(in: "team", using: &generator).metadata.name }
    #expect(Set(names).count == 100)
    #expect(names.allSatisfy { $0.hasPrefix("aaaa") && $0.count <= 49 })
  }

  @Test func `a source, a purge and a rollback are asked for in the API's words`() {
    let source = build(.init(repository: "acme", source: .init(package: "acme/lib", prune: true), actor: nil))
    #expect(source.spec.source == .init(package: "acme/lib", prune: true))
    #expect(build(.init(repository: "acme", operation: .purge, actor: nil)).spec.operation == .purge)
    let rollback = build(.init(repository: "acme", operation: .rollback, release: "r1", actor: nil)).spec
    #expect(rollback.operation == .rollback && rollback.release == "r1")
  }

  @Test func `of an actor as much is recorded as the schema takes`() {
    let actor = build(.init(repository: "acme", actor: "a\nb" + String(repeating: "ä", count: 300))).spec
      .trigger?.actor
    #expect(actor?.hasPrefix("abä") == true)
    #expect(actor?.unicodeScalars.count == 256)
    #expect(build(.init(repository: "acme", actor: "")).spec.trigger?.actor == nil)
  }

  @Test(arguments: [SatisBuild.Reason.failed, .timedOut, .cancelled, .invalid])
  func `a build that ended otherwise than well is repeated as it was`(reason: SatisBuild.Reason) throws {
    let failed = PluginExamples.build("acme-1", reason) {
      $0.spec.source = .init(url: "https://git.example.org/acme/lib.git", prune: true)
      $0.spec.trigger = .init(type: .webhook, provider: "github", deliveryID: "1", ref: "main", commit: "c1")
    }
    let again = build(try BuildRequest(again: failed, actor: "jane", isForced: false))
    #expect(again.spec.repositoryRef.name == "acme")
    #expect(again.spec.source == failed.spec.source)
    #expect(again.spec.trigger == .init(type: .manual, ref: "main", commit: "c1", actor: "jane"))
  }

  @Test func `what needs no repetition is repeated only by force`() throws {
    let superseded = PluginExamples.build("acme-1", .superseded) { $0.status?.supersededBy = "acme-2" }
    let cases = [
      (PluginExamples.build(), "has not ended yet"),
      (PluginExamples.build("acme-1", .retrying), "has not ended yet"),
      (PluginExamples.build("acme-1", .succeeded), "has succeeded"), (superseded, "'acme-2'"),
    ]
    for (build, reason) in cases {
      let error = #expect(throws: PluginFailure.self) {
        try BuildRequest(again: build, actor: nil, isForced: false)
      }
      #expect(error?.exit == .failed)
      #expect(error?.description.contains(reason) == true, "\(reason)")
      #expect(try BuildRequest(again: build, actor: nil, isForced: true).repository == "acme")
    }
  }
}
