import KubernetesClient
import SatisAPI
import Testing

@testable import SatisController

private let lib = SatisBuild.Source(url: "https://git.example.org/acme/lib.git")
private let app = SatisBuild.Source(url: "https://git.example.org/acme/app")
private let prunedLib = SatisBuild.Source(url: "https://git.example.org/acme/lib.git", prune: true)
private let prunedApp = SatisBuild.Source(url: "https://git.example.org/acme/app", prune: true)

@Suite struct Superseding {
  @Test func `the newest build of a source stands for the older ones and names itself in them`() {
    var scene = Scene.built
    for (index, name) in ["a", "b", "c"].enumerated() {
      scene.addBuild(name, source: lib, createdAfter: Int64(index))
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
    scene.addBuild("old", source: lib, createdAfter: 0)
    scene.addBuild("other", source: app, createdAfter: 1)
    scene.addBuild("new", source: lib, createdAfter: 2)
    scene.step()
    #expect(scene.claim?.builds.map(\.name) == ["new"])
  }

  @Test func `what was pushed while a build ran is built after it`() {
    var scene = Scene.built
    scene.addBuild("running", source: lib)
    scene.step()
    scene.addBuild("later", source: lib, createdAfter: 1)
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
    scene.addBuild("before", source: lib, createdAfter: 0)
    scene.addBuild("full", createdAfter: 1)
    scene.addBuild("after", source: app, createdAfter: 2)
    scene.step()
    #expect(scene.builds[0].status?.supersededBy == "full")
    #expect(scene.claim?.builds.map(\.name) == ["full"])
    #expect(scene.condition("after")?.reason == "Queued")
  }

  @Test func `a deleted branch is not forgotten when a newer push takes over`() {
    var scene = Scene.built
    scene.addBuild("deleted", source: prunedLib, createdAfter: 0)
    scene.addBuild("pushed", source: lib, createdAfter: 1)
    scene.step()
    #expect(scene.claim?.builds.map(\.name) == ["pushed"])
    #expect(scene.claim?.builds.first?.sources.first?.package == "acme/lib")
    #expect(scene.builds[0].status?.supersededBy == "pushed")
  }

  @Test func `nor when the newer build has to be tried again`() {
    var scene = Scene.built
    scene.addBuild("deleted", source: prunedLib, createdAfter: 0)
    scene.addBuild("pushed", source: lib, createdAfter: 1)
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
    scene.addBuild("old", source: lib, createdAfter: 0)
    scene.addBuild("new", source: lib, createdAfter: 1)
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
    scene.addBuild("old", source: lib)
    scene.step()
    scene.endJob(scene.claim?.name ?? "", succeeded: false)
    scene.step()
    #expect(scene.condition("old")?.reason == "Retrying")
    scene.addBuild("new", source: lib, createdAfter: 1)
    scene.step()
    #expect(scene.condition("old")?.reason == "Superseded")
    #expect(scene.claim?.builds.map(\.name) == ["new"])
  }

  @Test func `nobody takes a place before a rollback that was asked for earlier`() {
    var scene = Scene.built
    scene.addBuild("old", source: lib, createdAfter: 0)
    scene.addBuild("back", operation: .rollback, createdAfter: 1)
    scene.addBuild("new", source: lib, createdAfter: 2)
    scene.step()
    #expect(scene.claim?.builds.map(\.name) == ["old"])
    #expect(scene.condition("new")?.reason == "Queued")
  }
}

@Suite struct Batches {
  @Test func `all queued source builds share one Job`() {
    var scene = Scene.built
    scene.addBuild("a", source: lib, createdAfter: 0)
    scene.addBuild("b", source: app, createdAfter: 1)
    let actions = scene.step()
    #expect(scene.claim?.builds.map(\.name) == ["a", "b"])
    #expect(actions.words.filter { $0.hasPrefix("job") }.count == 1)
  }

  @Test func `a limit of one gives one Job for each`() {
    var scene = Scene.built
    scene.repository?.spec.build = .init()
    scene.repository?.spec.build?.batchLimit = 1
    scene.addBuild("a", source: lib, createdAfter: 0)
    scene.addBuild("b", source: app, createdAfter: 1)
    scene.step()
    #expect(scene.claim?.builds.map(\.name) == ["a"])
  }

  @Test func `a batch ends before a purge`() {
    var scene = Scene.built
    scene.addBuild("a", source: lib, createdAfter: 0)
    scene.addBuild("purge", operation: .purge, createdAfter: 1)
    scene.addBuild("b", source: app, createdAfter: 2)
    scene.step()
    #expect(scene.claim?.builds.map(\.name) == ["a"])
  }

  @Test func `each build has its own source's result and the others are not tried again`() {
    var scene = Scene.built
    scene.addBuild("good", source: lib, createdAfter: 0)
    scene.addBuild("bad", source: app, createdAfter: 1)
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

  private func cancelled(_ phase: String, waiting: String? = nil, node: String? = "node") -> Scene {
    var scene = Scene.built
    scene.addBuild("a", source: lib)
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

  @Test func `a runner that does not listen has its pod ended after a minute`() {
    var scene = cancelled("Running")
    #expect(scene.step().words.last == "stop pod")
    #expect(scene.decide().again == .seconds(60))
    scene.now = scene.now + 59
    #expect(!scene.step().words.contains("end pod"))
    scene.now = scene.now + 1
    #expect(scene.step().words.last == "end pod")
    #expect(!scene.step().words.contains("end pod"))
  }

  @Test func `a container that is being created may have begun, so it is told to stop and waited for`() {
    var scene = cancelled("Pending", waiting: "ContainerCreating")
    let job = scene.claim?.name ?? ""
    #expect(scene.step().words.last == "stop pod")
    #expect(scene.condition("a")?.reason == "Running")
    scene.now = scene.now + 60
    #expect(scene.step().words == ["build a Cancelled", "delete \(job)"])
  }

  @Test(arguments: [("ImagePullBackOff", "node" as String?), ("ContainerCreating", nil)])
  func `a pod that cannot have begun goes at once`(waiting: String, node: String?) {
    var scene = cancelled("Pending", waiting: waiting, node: node)
    let job = scene.claim?.name ?? ""
    #expect(scene.step().words == ["build a Cancelled", "delete \(job)"])
  }

  @Test func `a deleted branch of an entry without a name needs a full build`() {
    var scene = Scene.built
    scene.addBuild("a", source: prunedApp)
    scene.step()
    #expect(scene.claim?.full == true)
  }

  @Test func `a Job of several builds goes on when one is cancelled and is stopped with the last`() {
    var scene = Scene.built
    scene.addBuild("a", source: lib, createdAfter: 0)
    scene.addBuild("b", source: app, createdAfter: 1)
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

@Suite struct Retries {
  private func failing(_ reason: String) -> Scene {
    var scene = Scene.built
    scene.addBuild("b1", source: lib)
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

  @Test(arguments: RetryPolicy.permanentReasons.sorted())
  func `what cannot heal by itself ends at once`(reason: String) {
    #expect(failing(reason).condition("b1")?.reason == "Failed")
  }

  @Test func `other builds run during the backoff`() {
    var scene = failing("SourceUnreachable")
    scene.addBuild("b2", source: app, createdAfter: 1)
    scene.step()
    #expect(scene.claim?.builds.map(\.name) == ["b2"])
    #expect(scene.condition("b1")?.reason == "Retrying")
  }

  @Test func `a pod that does not get going ends its attempt with the cause`() {
    var scene = Scene.built
    scene.addBuild("b1", source: lib)
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
    scene.addBuild("b1", source: lib)
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

@Suite struct WhoMayStart {
  @Test func `a suspended repository queues and starts nothing`() {
    var scene = Scene.built
    scene.repository?.spec.state = .suspended
    scene.addBuild("b1", source: lib)
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
    scene.addBuild("b1", source: lib)
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
    scene.addBuild("b1", source: lib)
    scene.step()
    #expect(scene.claim == nil)
    #expect(scene.repository?.status?.conditions?[ConditionType.ready]?.reason == "OutputOverlaps")
    #expect(scene.condition("b1")?.message.contains("'older'") == true)
  }

  @Test func `a repository that is deleted stays until its pods are gone`() {
    var scene = Scene.built
    scene.addBuild("b1", source: lib)
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

@Suite struct Retention {
  private func finished(_ count: Int, age: Int64, _ reason: SatisBuild.Reason) -> Scene {
    var scene = Scene.built
    for number in 0..<count {
      let build = scene.addBuild("\(reason.rawValue)-\(number)", source: lib, createdAfter: Int64(number))
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
    let failed = scene.addBuild("failed", source: lib)
    scene.builds[30].status = failed.ended(.failed, "so", at: scene.now + -3_900)
    scene.step()
    #expect(scene.builds.contains { $0.metadata.name == "failed" })
    #expect(scene.builds.count == 21)
  }

  @Test func `what an open build stands for stays`() {
    var scene = finished(25, age: 4_000, .succeeded)
    scene.builds[0].status = scene.builds[0].superseded(by: "heir", at: Timestamp(seconds: 1_700_000_000))
    for number in 1..<24 { scene.builds[number].status = scene.builds[0].status }
    scene.addBuild("heir", source: lib, createdAfter: 100)
    scene.step()
    #expect(scene.builds.filter { $0.status?.supersededBy == "heir" }.count == 24)
  }
}
