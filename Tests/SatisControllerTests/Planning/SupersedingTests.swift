import KubernetesClient
import SatisAPI
import Testing

@testable import SatisController

@Suite struct Superseding {
  @Test func `the newest build of a source stands for the older ones and names itself in them`() {
    var scene = Scene.built
    for (index, name) in ["a", "b", "c"].enumerated() {
      scene.addBuild(name, source: .lib, createdAfter: Int64(index))
    }
    scene.step()
    #expect(scene.condition("a")?.reason == "Superseded")
    #expect(scene.builds[0].status?.supersededBy == "c")
    #expect(scene.builds[1].status?.supersededBy == "c")
    #expect(scene.claim?.builds.map(\.name) == ["c"])
  }

  @Test func `it takes their place in the queue`() {
    var scene = Scene.built
    scene.repository?.spec.build = .init()
    scene.repository?.spec.build?.batchLimit = 1
    scene.addBuild("old", source: .lib, createdAfter: 0)
    scene.addBuild("other", source: .app, createdAfter: 1)
    scene.addBuild("new", source: .lib, createdAfter: 2)
    scene.step()
    #expect(scene.claim?.builds.map(\.name) == ["new"])
  }

  @Test func `what was pushed while a build ran is built after it`() {
    var scene = Scene.built
    scene.addBuild("running", source: .lib)
    scene.step()
    scene.addBuild("later", source: .lib, createdAfter: 1)
    scene.step()
    #expect(scene.condition("running")?.reason == "Running")
    #expect(scene.condition("later")?.reason == "Queued")
    scene.endJob(scene.claim?.name ?? "", succeeded: true)
    scene.step()
    scene.step()
    #expect(scene.claim?.builds.map(\.name) == ["later"])
  }

  @Test func `a full build stands for the source builds before it and not for those after`() {
    var scene = Scene.built
    scene.addBuild("before", source: .lib, createdAfter: 0)
    scene.addBuild("full", createdAfter: 1)
    scene.addBuild("after", source: .app, createdAfter: 2)
    scene.step()
    #expect(scene.builds[0].status?.supersededBy == "full")
    #expect(scene.claim?.builds.map(\.name) == ["full"])
    #expect(scene.condition("after")?.reason == "Queued")
  }

  @Test func `a deleted branch is not forgotten when a newer push takes over`() {
    var scene = Scene.built
    scene.addBuild("deleted", source: .prunedLib, createdAfter: 0)
    scene.addBuild("pushed", source: .lib, createdAfter: 1)
    scene.step()
    #expect(scene.claim?.builds.map(\.name) == ["pushed"])
    #expect(scene.claim?.builds.first?.sources.first?.package == "acme/lib")
    #expect(scene.builds[0].status?.supersededBy == "pushed")
  }

  @Test func `nor when the newer build has to be tried again`() {
    var scene = Scene.built
    scene.addBuild("deleted", source: .prunedLib, createdAfter: 0)
    scene.addBuild("pushed", source: .lib, createdAfter: 1)
    scene.step()
    scene.endJob(scene.claim?.name ?? "", succeeded: false)
    scene.step()
    scene.now = scene.now + 60
    scene.step()
    #expect(scene.claim?.builds.first?.sources.first?.package == "acme/lib")
  }

  @Test
  func `a build that is waited with until its heir has a claim stays queued while the server says otherwise`()
  {
    var scene = Scene.built
    scene.addBuild("old", source: .lib, createdAfter: 0)
    scene.addBuild("new", source: .lib, createdAfter: 1)
    var situation = scene.cached
    situation.live.claims = scene.claims
    situation.live.configuration = scene.configuration
    situation.live.hasRepository = true
    var ended = scene.builds[1]
    ended.status = ended.invalid("ended", at: scene.now)
    situation.live.builds["new"] = .some(ended)
    situation.live.slot = .granted
    situation.live.output = .init(jobs: [], pods: [])
    guard case .act(let actions, _) = RepositoryPlanner.decide(situation) else {
      Issue.record("expected a plan")
      return
    }
    #expect(actions.words == ["build old Queued", "repository", "build new Queued"])
  }

  @Test func `a waiting retry ends for a newer push`() {
    var scene = Scene.built
    scene.addBuild("old", source: .lib)
    scene.step()
    scene.endJob(scene.claim?.name ?? "", succeeded: false)
    scene.step()
    #expect(scene.condition("old")?.reason == "Retrying")
    scene.addBuild("new", source: .lib, createdAfter: 1)
    scene.step()
    #expect(scene.condition("old")?.reason == "Superseded")
    #expect(scene.claim?.builds.map(\.name) == ["new"])
  }

  @Test func `nobody takes a place before a rollback that was asked for earlier`() {
    var scene = Scene.built
    scene.addBuild("old", source: .lib, createdAfter: 0)
    scene.addBuild("back", operation: .rollback, createdAfter: 1)
    scene.addBuild("new", source: .lib, createdAfter: 2)
    scene.step()
    #expect(scene.claim?.builds.map(\.name) == ["old"])
    #expect(scene.condition("new")?.reason == "Queued")
  }

  @Test func `what was pushed after a rollback is not built before its next attempt, which would undo it`() {
    var scene = Scene.built
    scene.addBuild("back", operation: .rollback, createdAfter: 0)
    scene.step()
    scene.endJob(scene.claim?.name ?? "", succeeded: false, reason: "Evicted")
    scene.addBuild("new", source: .lib, createdAfter: 1)
    scene.step()
    #expect(scene.condition("back")?.reason == "Retrying")
    let decision = scene.decide()
    scene.apply(decision.actions)
    #expect(scene.claim == nil)
    #expect(scene.condition("new")?.reason == "Queued")
    #expect(scene.condition("new")?.message.contains("the next attempt of SatisBuild 'back'") == true)
    #expect(decision.again != nil)
    scene.now = scene.builds[0].status?.nextAttemptTime ?? scene.now
    scene.step()
    #expect(scene.claim?.builds.map(\.name) == ["back"])
  }
}
