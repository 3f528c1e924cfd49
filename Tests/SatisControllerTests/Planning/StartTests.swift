import KubernetesClient
import SatisAPI
import Testing

@testable import SatisController

@Suite struct WhoMayStart {
  @Test func `a suspended repository queues and starts nothing`() {
    var scene = Scene.built
    scene.repository?.spec.state = .suspended
    scene.addBuild("b1", source: .lib)
    scene.step()
    #expect(scene.claim == nil)
    #expect(scene.condition("b1")?.message.contains("suspended") == true)
    scene.repository?.spec.state = .active
    scene.step()
    #expect(scene.claim != nil)
  }

  @Test func `a repository without a slot waits and says so`() {
    var scene = Scene.built
    scene.slot = .full(limit: 2)
    scene.addBuild("b1", source: .lib)
    scene.step()
    #expect(scene.claim == nil)
    #expect(scene.condition("b1")?.message.contains("--max-concurrent-jobs") == true)
  }

  @Test func `a new repository asks for a full build by itself, once`() {
    var scene = Scene()
    #expect(scene.step().words.filter { $0.hasPrefix("create") }.count == 1)
    scene.step()
    #expect(scene.claim?.full == true)
    #expect(scene.builds.map(\.spec.trigger?.type) == [.configuration])
  }

  @Test func `a satis.json that cannot be built is not tried again for ever`() {
    var scene = Scene()
    scene.step()
    scene.step()
    scene.endJob(scene.claim?.name ?? "", succeeded: false, reason: "ConfigurationInvalid")
    scene.step()
    scene.step()
    #expect(scene.builds.count == 1)
    #expect(scene.condition(scene.builds[0].metadata.name)?.reason == "Failed")
    #expect(scene.claim == nil)
  }

  @Test func `a purge waits for the full build of a changed satis.json`() {
    var scene = Scene()
    scene.addBuild("purge", operation: .purge)
    scene.step()
    #expect(scene.condition("purge")?.message == "waits for the full build of the changed satis.json")
    scene.step()
    #expect(scene.claim?.operation == .build)
    scene.endJob(scene.claim?.name ?? "", succeeded: true)
    scene.step()
    scene.step()
    #expect(scene.claim?.operation == .purge)
  }

  @Test(arguments: [("acme", "acme"), ("acme", "acme/sub"), ("acme", "")])
  func `of two repositories whose outputs overlap the younger is not Ready`(own: String, other: String) {
    var scene = Scene.built
    scene.repository?.spec.output.path = own
    var neighbour = scene.repository
    neighbour?.metadata.name = "older"
    neighbour?.metadata.uid = "uid-older"
    neighbour?.spec.output.path = other.isEmpty ? nil : other
    neighbour?.metadata.creationTimestamp = Timestamp(seconds: 1_500_000_000)
    scene.neighbours = [neighbour].compactMap(\.self)
    scene.addBuild("b1", source: .lib)
    scene.step()
    #expect(scene.claim == nil)
    #expect(scene.repository?.status?.conditions?[ConditionType.ready]?.reason == "OutputOverlaps")
    #expect(scene.condition("b1")?.message.contains("'older'") == true)
  }

  @Test func `a build for a repository that was created anew does not end for its predecessor`() throws {
    var scene = Scene.built
    scene.addBuild("b1", source: .lib)
    var anew = try #require(scene.repository)
    anew.metadata.uid = "uid-anew"
    scene.repository?.metadata.deletionTimestamp = scene.now
    var situation = scene.cached
    guard case .look(let looks) = RepositoryPlanner.decide(situation) else {
      Issue.record("expected a look at the repository")
      return
    }
    #expect(looks == [.repository])
    situation.repository = anew
    situation.live.hasRepository = true
    situation.live.isAheadOfCache = true
    guard case .act(let actions, let again) = RepositoryPlanner.decide(situation) else {
      Issue.record("expected a plan")
      return
    }
    #expect(actions.isEmpty)
    #expect(again == .seconds(5))
  }

  @Test func `a repository that is deleted stays until its pods are gone`() {
    var scene = Scene.built
    scene.addBuild("b1", source: .lib)
    scene.step()
    let job = scene.claim?.name ?? ""
    scene.addPod("pod", job: job, phase: "Running")
    scene.pods[0].metadata.labels?[ResourceNames.repositoryLabel] = "acme"
    scene.repository?.metadata.deletionTimestamp = scene.now
    let pods = scene.pods
    scene.step()
    #expect(scene.condition("b1")?.reason == "Cancelled")
    #expect(scene.jobs.isEmpty)
    scene.pods = pods
    scene.step()
    #expect(scene.repository != nil)
    scene.pods = []
    scene.step()
    #expect(scene.repository == nil)
  }
}
