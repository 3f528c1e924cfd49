import KubernetesClient
import SatisAPI
import Testing

@testable import SatisController

@Suite struct Batches {
  @Test func `all queued source builds share one Job`() {
    var scene = Scene.built
    scene.addBuild("a", source: .lib, createdAfter: 0)
    scene.addBuild("b", source: .app, createdAfter: 1)
    let actions = scene.step()
    #expect(scene.claim?.builds.map(\.name) == ["a", "b"])
    #expect(actions.words.filter { $0.hasPrefix("job") }.count == 1)
  }

  @Test func `a limit of one gives one Job for each`() {
    var scene = Scene.built
    scene.repository?.spec.build = .init()
    scene.repository?.spec.build?.batchLimit = 1
    scene.addBuild("a", source: .lib, createdAfter: 0)
    scene.addBuild("b", source: .app, createdAfter: 1)
    scene.step()
    #expect(scene.claim?.builds.map(\.name) == ["a"])
  }

  @Test func `a batch ends before a purge`() {
    var scene = Scene.built
    scene.addBuild("a", source: .lib, createdAfter: 0)
    scene.addBuild("purge", operation: .purge, createdAfter: 1)
    scene.addBuild("b", source: .app, createdAfter: 2)
    scene.step()
    #expect(scene.claim?.builds.map(\.name) == ["a"])
  }

  @Test func `each build has its own source's result and the others are not tried again`() {
    var scene = Scene.built
    scene.addBuild("good", source: .lib, createdAfter: 0)
    scene.addBuild("bad", source: .app, createdAfter: 1)
    scene.step()
    scene.endJob(
      scene.claim?.name ?? "", succeeded: false, reason: "SourcesFailed", release: "r2",
      failed: [1: "SourceDenied"])
    scene.step()
    #expect(scene.condition("good")?.reason == "Succeeded")
    #expect(scene.condition("bad")?.reason == "Failed")
    #expect(scene.condition("bad")?.message == "source 1 failed")
    #expect(scene.repository?.status?.release == "r2")
  }

  @Test func `a deleted branch of an entry without a name needs a full build`() {
    var scene = Scene.built
    scene.addBuild("a", source: .prunedApp)
    scene.step()
    #expect(scene.claim?.full == true)
  }

  @Test(arguments: ["lib", "", "/lib", "acme/", "-acme/lib", "acme/lib/more", "acme/li b", "acme/lïb"])
  func `a deleted branch of an entry whose name is none of a package needs a full build`(name: String) throws
  {
    var scene = Scene.built
    let text = Scene.satisJSON.replacing(#""name": "acme/lib""#, with: #""name": "\#(name)""#)
    scene.configuration = .success(try SatisConfiguration(text: text))
    let hash = scene.configHash
    scene.repository?.status?.configHash = hash
    scene.addBuild("a", source: .prunedLib)
    scene.step()
    #expect(scene.claim?.full == true)
    #expect(scene.claim?.builds.flatMap(\.sources).map(\.package) == [nil])
  }
}
