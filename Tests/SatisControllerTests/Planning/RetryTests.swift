import KubernetesClient
import SatisAPI
import Testing

@testable import SatisController

@Suite struct Retries {
  private func failing(_ reason: String) -> Scene {
    var scene = Scene.built
    scene.addBuild("b1", source: .lib)
    scene.step()
    scene.endJob(scene.claim?.name ?? "", succeeded: false, reason: reason)
    scene.step()
    return scene
  }

  @Test func `a failed build waits longer each time and ends after its last retry`() {
    var scene = failing("SatisFailed")
    var waits: [Int64] = []
    while scene.condition("b1")?.reason == "Retrying", waits.count < 10 {
      let next = scene.builds[0].status?.nextAttemptTime ?? scene.now
      waits.append(next - scene.now)
      scene.now = next
      scene.step()
      scene.endJob(scene.claim?.name ?? "", succeeded: false)
      scene.step()
    }
    #expect(scene.condition("b1")?.reason == "Failed")
    #expect(scene.builds[0].status?.attempts?.map(\.number) == [1, 2, 3, 4])
    #expect(waits.count == 3)
    for (wait, longest) in zip(waits, [10, 20, 40] as [Int64]) {
      #expect((longest / 2...longest).contains(wait))
    }
  }

  @Test func `a next attempt that a clock far ahead has set is not waited for`() {
    var scene = failing("SatisFailed")
    scene.builds[0].status?.nextAttemptTime = scene.now + 30 * 86_400
    scene.step()
    #expect(scene.condition("b1")?.reason == "Running")
  }

  @Test
  func `a pod that runs for ever on a node that nobody gives up ends its attempt, and its Job is deleted`() {
    var scene = Scene.built
    scene.addBuild("b1", source: .lib)
    scene.step()
    let job = scene.claim?.name ?? ""
    scene.addPod("pod", job: job, phase: "Running")
    scene.pods[0].spec = .init(nodeName: "node", activeDeadlineSeconds: 86_400)
    scene.pods[0].status?.startTime = scene.now
    // What the repository says by now is not what the pod was given.
    scene.repository?.spec.build = .init(activeDeadlineSeconds: 60)
    scene.step()
    let limit: Int64 = 86_400 + 600
    #expect(scene.decide().again == .seconds(limit))
    scene.now = scene.now + limit
    #expect(scene.step().words == ["build b1 Retrying", "delete \(job)"])
    #expect(scene.builds[0].status?.attempts?.first?.reason == "NodeLost")
  }

  @Test(arguments: [true, false])
  func `an end before the beginning, by the clock of a node that is behind, counts as one that is seen now`(
    succeeds: Bool
  ) {
    var scene = Scene.built
    // The reports of the scene's runner are of the day before.
    scene.now = scene.now + 86_400
    scene.addBuild("b1", source: .lib)
    scene.step()
    scene.now = scene.now + 60
    scene.endJob(scene.claim?.name ?? "", succeeded: succeeds)
    scene.step()
    let status = scene.builds[0].status
    #expect(status?.attempts?.first?.completionTime == scene.now)
    let success: Timestamp? = succeeds ? scene.now : nil
    #expect(status?.completionTime == success)
    #expect(scene.repository?.status?.lastSucceededTime == success)
    if !succeeds {
      let next = status?.nextAttemptTime ?? scene.now
      #expect(next > scene.now)
    }
  }

  @Test(arguments: RetryPolicy.permanentReasons.sorted())
  func `what cannot heal by itself ends at once`(reason: String) {
    #expect(failing(reason).condition("b1")?.reason == "Failed")
  }

  @Test func `other builds run during the backoff`() {
    var scene = failing("SourceUnreachable")
    scene.addBuild("b2", source: .app, createdAfter: 1)
    scene.step()
    #expect(scene.claim?.builds.map(\.name) == ["b2"])
    #expect(scene.condition("b1")?.reason == "Retrying")
  }

  @Test func `a pod that does not get going ends its attempt with the cause`() {
    var scene = Scene.built
    scene.addBuild("b1", source: .lib)
    scene.step()
    let job = scene.claim?.name ?? ""
    scene.addPod("pod", job: job, phase: "Pending")
    scene.pods[0].status?.containerStatuses = [
      .init(
        name: "satis", state: .init(waiting: .init(reason: "ImagePullBackOff", message: "no such image")))
    ]
    #expect(scene.decide().again == .seconds(600))
    scene.now = scene.now + 600
    let actions = scene.step()
    #expect(actions.words == ["build b1 Retrying", "delete \(job)"])
    #expect(scene.builds[0].status?.attempts?.last?.reason == "ImageNotPulled")
    scene.step()
    #expect(scene.claim == nil)
  }

  @Test func `a node that does not answer ends the attempt and keeps the output until the pod is gone`() {
    var scene = Scene.built
    scene.addBuild("b1", source: .lib)
    scene.step()
    scene.addPod("pod", job: scene.claim?.name ?? "", phase: "Running")
    scene.pods[0].metadata.deletionTimestamp = scene.now
    scene.step()
    #expect(scene.condition("b1")?.reason == "Running")
    scene.now = scene.now + 121
    scene.step()
    #expect(scene.builds[0].status?.attempts?.last?.reason == "NodeLost")
    #expect(scene.claim != nil)
    scene.now = scene.now + 600
    scene.step()
    #expect(scene.claim != nil)
  }
}
