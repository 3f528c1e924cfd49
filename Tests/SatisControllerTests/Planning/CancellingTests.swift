import KubernetesClient
import SatisAPI
import Testing

@testable import SatisController

@Suite struct Cancelling {
  private func cancelled(_ phase: String, waiting: String? = nil, node: String? = "node") -> Scene {
    var scene = Scene.built
    scene.addBuild("a", source: .lib)
    scene.step()
    scene.addPod("pod", job: scene.claim?.name ?? "", phase: phase)
    scene.pods[0].spec = .init(nodeName: node)
    if let waiting {
      scene.pods[0].status?.containerStatuses = [
        .init(name: JobManifest.containerName, state: .init(waiting: .init(reason: waiting)))
      ]
    }
    scene.builds[0].spec.state = .cancelled
    return scene
  }

  @Test func `a runner that does not listen has its pod ended after two minutes`() {
    var scene = cancelled("Running")
    #expect(scene.step().words.last == "stop pod")
    #expect(scene.decide().again == .seconds(120))
    scene.now = scene.now + 119
    #expect(!scene.step().words.contains("end pod"))
    scene.now = scene.now + 1
    #expect(scene.step().words.last == "end pod")
    #expect(!scene.step().words.contains("end pod"))
  }

  @Test func `a pod that is deleted meanwhile, on a node that does not answer, is looked at again`() {
    var scene = cancelled("Running")
    scene.step()
    scene.pods[0].metadata.deletionTimestamp = scene.now + 100
    scene.now = scene.now + 120
    let decision = scene.decide()
    let again = 100 - 120 + PodProgress.unreachableSeconds + 1
    #expect(decision.again == .seconds(again))
    scene.apply(decision.actions)
    scene.now = scene.now + again
    scene.step()
    #expect(scene.condition("a")?.reason == "Cancelled")
  }

  @Test func `a pod that its node does not end is given up, and its Job deleted`() {
    var scene = cancelled("Running")
    let job = scene.claim?.name ?? ""
    scene.step()
    scene.now = scene.now + 120
    scene.step()
    #expect(scene.decide().again == .seconds(600))
    scene.now = scene.now + 600
    #expect(scene.step().words == ["build a Cancelled", "delete \(job)"])
    #expect(scene.condition("a")?.message.contains("its pod did not stop") == true)
  }

  @Test(arguments: ["9223372036854775807", "-9223372036854775808", "99999999999"])
  func `whatever the label says, a pod is not waited for any longer`(label: String) {
    var scene = cancelled("Running")
    scene.pods[0].metadata.labels?[ResourceNames.stopLabel] = label
    let job = scene.claim?.name ?? ""
    #expect(scene.step().words.contains("end pod"))
    #expect(scene.condition("a")?.reason == "Running")
    // Its node has ten minutes from then on.
    scene.now = scene.now + 599
    #expect(!scene.step().words.contains("delete \(job)"))
    scene.now = scene.now + 1
    #expect(scene.step().words == ["build a Cancelled", "delete \(job)"])
  }

  @Test func `a container that is being created may have begun, so it is told to stop and waited for`() {
    var scene = cancelled("Pending", waiting: "ContainerCreating")
    let job = scene.claim?.name ?? ""
    #expect(scene.step().words.last == "stop pod")
    #expect(scene.condition("a")?.reason == "Running")
    scene.now = scene.now + 120
    #expect(scene.step().words == ["build a Cancelled", "delete \(job)"])
  }

  @Test(arguments: [("ImagePullBackOff", "node" as String?), ("ContainerCreating", nil)])
  func `a pod that cannot have begun goes at once`(waiting: String, node: String?) {
    var scene = cancelled("Pending", waiting: waiting, node: node)
    let job = scene.claim?.name ?? ""
    #expect(scene.step().words == ["build a Cancelled", "delete \(job)"])
  }

  @Test func `a Job of several builds goes on when one is cancelled and is stopped with the last`() {
    var scene = Scene.built
    scene.addBuild("a", source: .lib, createdAfter: 0)
    scene.addBuild("b", source: .app, createdAfter: 1)
    scene.step()
    let job = scene.claim?.name ?? ""
    scene.addPod("pod", job: job, phase: "Running")
    scene.builds[0].spec.state = .cancelled
    scene.step()
    #expect(scene.condition("a")?.reason == "Cancelled")
    #expect(scene.condition("b")?.reason == "Running")
    scene.builds[1].spec.state = .cancelled
    #expect(scene.step().words.last == "stop pod")
    scene.endJob(job, succeeded: false, reason: "Terminated")
    scene.step()
    #expect(scene.condition("b")?.reason == "Cancelled")
    #expect(scene.builds[1].status?.logTail == "the end")
    #expect(scene.claim == nil)
  }
}
