import KubernetesClient
import SatisAPI
import Testing

@testable import SatisController

@Suite struct Retention {
  private func finished(_ count: Int, age: Int64, _ reason: SatisBuild.Reason) -> Scene {
    var scene = Scene.built
    for number in 0..<count {
      let build = scene.addBuild("\(reason.rawValue)-\(number)", source: .lib, createdAfter: Int64(number))
      scene.builds[number].status = build.ended(reason, "so", at: scene.now + Int64(number))
    }
    scene.now = scene.now + age
    return scene
  }

  @Test func `the oldest go beyond the limit once they need not answer for their delivery any more`() {
    var scene = finished(25, age: 4_000, .succeeded)
    let words = scene.step().words.filter { $0.hasPrefix("delete build") }
    #expect(words.count == 5)
    #expect(words.contains("delete build Succeeded-0"))
    #expect(finished(25, age: 60, .succeeded).decide().actions.words.allSatisfy { !$0.hasPrefix("delete") })
  }

  @Test func `cancelled builds do not push failed ones out`() {
    var scene = finished(30, age: 4_000, .cancelled)
    let failed = scene.addBuild("failed", source: .lib)
    scene.builds[30].status = failed.ended(.failed, "so", at: scene.now + -3_900)
    scene.step()
    #expect(scene.builds.contains { $0.metadata.name == "failed" })
    #expect(scene.builds.count == 21)
  }

  @Test func `a build of a webhook answers for its delivery however short the history is to be`() {
    var scene = finished(1, age: 60, .succeeded)
    scene.repository?.spec.history = .init(ttlSeconds: 1)
    let deletion = "delete build Succeeded-0"
    #expect(scene.decide().actions.words.contains(deletion))
    scene.builds[0].spec.trigger = .init(type: .webhook)
    let decision = scene.decide()
    #expect(!decision.actions.words.contains(deletion))
    #expect(decision.again == .seconds(RepositoryPlanner.answerSeconds - 60))
    scene.now = scene.now + (RepositoryPlanner.answerSeconds - 60)
    #expect(scene.decide().actions.words.contains(deletion))
  }

  @Test func `what an open build stands for stays`() {
    var scene = finished(25, age: 4_000, .succeeded)
    scene.builds[0].status = scene.builds[0].superseded(by: "heir", at: Timestamp(seconds: 1_700_000_000))
    for number in 1..<24 { scene.builds[number].status = scene.builds[0].status }
    scene.addBuild("heir", source: .lib, createdAfter: 100)
    scene.step()
    #expect(scene.builds.filter { $0.status?.supersededBy == "heir" }.count == 24)
  }

  @Test func `what an open build of everything stands for need not stay`() {
    var scene = finished(25, age: 4_000, .superseded)
    for index in scene.builds.indices {
      scene.builds[index].status = scene.builds[index].superseded(
        by: "all", at: Timestamp(seconds: 1_700_000_000))
    }
    scene.addBuild("all", createdAfter: 100)
    scene.step()
    #expect(scene.builds.filter { $0.status?.supersededBy == "all" }.count == 20)
  }
}
