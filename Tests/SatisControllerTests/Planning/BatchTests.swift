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
    #expect(scene.claim?.builds.flatMap(\.sources).isEmpty == true)
  }

  @Test func `a deleted branch that needs a full build is not done with where that fails for another source`()
  {
    var scene = Scene.built
    scene.addBuild("gone", source: .prunedApp)
    scene.step()
    // The sources were built one by one, which leaves what went away.
    scene.endJob(
      scene.claim?.name ?? "", succeeded: false, reason: "SourcesFailed", release: "r2",
      failed: [0: "SourceUnreachable"])
    scene.step()
    #expect(scene.condition("gone")?.reason == "Retrying")
  }

  @Test func `a satis.json that comes back after a mistake is built, although its build was invalid`() {
    var scene = Scene.built
    scene.repository?.status?.configHash = "of another"
    scene.slot = .full(limit: 1)
    scene.step()
    scene.step()
    let good = scene.configuration
    scene.configuration = .failure(ConfigurationProblem(isMissing: false, message: "satis.json is no JSON"))
    scene.step()
    #expect(scene.builds.map(\.reason) == [.invalid])
    scene.configuration = good
    scene.slot = .granted
    scene.step()
    scene.step()
    #expect(scene.builds.map(\.reason) == [.invalid, .running])
  }

  @Test func `a changed satis.json that a push was built with, and that failed, is built for itself`() {
    var scene = Scene.built
    scene.repository?.status?.configHash = "of another"
    scene.addBuild("push", source: .lib)
    scene.step()
    #expect(scene.claim?.full == true)
    scene.endJob(
      scene.claim?.name ?? "", succeeded: false, reason: "SourcesFailed", release: "r2",
      failed: [1: "SourceDenied"])
    scene.step()
    #expect(scene.condition("push")?.reason == "Succeeded")
    #expect(scene.repository?.status?.configHash == "of another")

    // Its own build says what is wrong, once.
    scene.step()
    scene.step()
    #expect(scene.builds.map(\.spec.trigger?.type) == [nil, .configuration])
    scene.endJob(
      scene.claim?.name ?? "", succeeded: false, reason: "SourceDenied", release: "r3",
      failed: [1: "SourceDenied"])
    scene.step()
    #expect(scene.condition(scene.builds[1].metadata.name)?.reason == "Failed")
    #expect(scene.repository?.status?.configHash == scene.configHash)
    scene.step()
    #expect(scene.builds.count == 2)
  }
}
