import KubernetesClient
import SatisAPI
import Testing

@testable import SatisController

@Suite struct NotificationPlan {
  private func scene(_ on: [SatisRepository.Notification.Event]?...) -> Scene {
    var scene = Scene.built
    scene.repository?.spec.build = .init()
    scene.repository?.spec.build?.retryLimit = 0
    scene.repository?.spec.notifications = on.map {
      .init(type: .webhook, urlSecretRef: .init(name: "hooks", key: "url"), on: $0)
    }
    return scene
  }

  private func told(_ scene: inout Scene, build name: String, succeeded: Bool) -> [String] {
    scene.addBuild(name, source: .init(package: "acme/lib"), createdAfter: scene.now.seconds - 1_700_000_000)
    scene.step()
    scene.now = scene.now + 60
    scene.endJob(scene.claim?.name ?? "", succeeded: succeeded)
    scene.step()
    let words = scene.decide().actions.words.filter { $0.hasPrefix("tell") }
    for index in scene.builds.indices { scene.builds[index].status?.notifiedTime = scene.now }
    scene.now = scene.now + 1
    return words
  }

  @Test func `failures and recoveries are told unless the receiver wants something else`() {
    var scene = scene(nil, [.succeeded])
    #expect(told(&scene, build: "a", succeeded: true) == ["tell notifications[1] a Succeeded"])
    #expect(told(&scene, build: "b", succeeded: false) == ["tell notifications[0] b Failed"])
    #expect(
      told(&scene, build: "c", succeeded: true)
        == ["tell notifications[0],notifications[1] c Recovered"])
    #expect(told(&scene, build: "d", succeeded: true) == ["tell notifications[1] d Succeeded"])
  }

  @Test func `it is asked for again until the build says that it is done`() {
    var scene = scene([.failed])
    scene.addBuild("a")
    scene.step()
    scene.endJob(scene.claim?.name ?? "", succeeded: false)
    scene.step()
    for _ in 0..<3 {
      #expect(scene.decide().actions.words == ["tell notifications[0] a Failed"])
    }
    scene.builds[0].status?.notifiedTime = scene.now
    #expect(scene.decide().actions.isEmpty)
  }

  @Test func `old news is none`() {
    var scene = scene([.failed])
    let build = scene.addBuild("a")
    scene.builds[0].status = build.ended(.failed, "so", at: scene.now)
    scene.now = scene.now + RepositoryPlanner.newsSeconds
    scene.step()
    #expect(scene.decide().actions.words.allSatisfy { !$0.hasPrefix("tell") })
  }
}
