import KubernetesClient
import SatisAPI
import Testing

@testable import SatisController

private let firstJob = "acme-\(digest)-1"
private let secondJob = "acme-\(digest)-2"
/// The beginning of SHA-256("uid-acme").
private let digest = "be8246b3"

@Suite struct StartingABuild {
  @Test func `the claim is written before the Job is created`() {
    var scene = Scene()
    scene.addBuild("b1")
    #expect(
      scene.decide().actions.words
        == ["snapshot", "claim \(firstJob)", "job \(firstJob)", "build b1 Running"])
  }

  @Test func `nothing is claimed before the server was asked for Jobs, pods and the build itself`() {
    var scene = Scene()
    scene.addBuild("b1")
    #expect(scene.decide().looks == [[.claims], [.configuration], [.slot], [.output, .build("b1")]])
  }

  @Test func `a satis.json in a Secret, which is not watched, is looked at every minute`() {
    var scene = Scene.built
    #expect(scene.decide().again == nil)
    scene.repository?.spec.config = .init(secretKeyRef: .init(name: "config", key: "satis.json"))
    #expect(scene.decide().again == .seconds(60))
  }

  @Test func `a build that has ended on the server is not started from a stale cache`() {
    var scene = Scene()
    let stale = scene.addBuild("b1")
    var situation = scene.cached
    situation.live.claims = scene.claims
    situation.live.configuration = scene.configuration
    situation.live.slot = .granted
    situation.live.output = .init(jobs: [], pods: [])
    var ended = stale
    ended.status = ended.invalid("ended", at: scene.now)
    situation.live.builds["b1"] = .some(ended)
    guard case .act(let actions, _) = RepositoryPlanner.decide(situation) else {
      Issue.record("expected a plan")
      return
    }
    #expect(!actions.words.contains { $0.hasPrefix("job") || $0.hasPrefix("claim") })
  }

  @Test func `the oldest build runs first and names break ties`() {
    var scene = Scene.built
    scene.addBuild("late", operation: .purge, createdAfter: 2)
    scene.addBuild("b", operation: .rollback, createdAfter: 1)
    scene.addBuild("a", operation: .rollback, createdAfter: 1)
    scene.step()
    #expect(scene.claim?.builds.map(\.name) == ["a"])
    #expect(scene.condition("b")?.reason == "Queued")
    #expect(scene.repository?.status?.queuedBuilds == 2)
  }

  @Test func `the first build is a full one whatever it asks for`() {
    var scene = Scene()
    scene.addBuild("b1", source: .init(url: "https://git.example.org/acme/lib.git"))
    scene.step()
    #expect(scene.claim?.full == true)
  }

  @Test func `a push after a full build of the same configuration builds its source alone`() {
    var scene = Scene.built
    scene.addBuild("b1", source: .init(url: "ssh://git@GIT.example.org:22/acme/lib"))
    scene.step()
    #expect(scene.claim?.full == false)
    #expect(scene.claim?.builds.first?.sources == [.init(url: "https://git.example.org/acme/lib.git")])
  }

  @Test(arguments: ["Pending", "Running", "Unknown"])
  func `an unfinished pod in the output keeps every claim waiting`(phase: String) {
    var scene = Scene()
    scene.addBuild("b1")
    scene.addPod("stranger", job: "other-1", phase: phase)
    let decision = scene.decide()
    #expect(!decision.actions.words.contains { $0.hasPrefix("claim") })
    scene.apply(decision.actions)
    #expect(scene.condition("b1")?.message.contains("stranger") == true)
    #expect(decision.again != nil)
  }

  @Test func `a Job of this repository that no claim names is deleted`() {
    var scene = Scene()
    scene.repository?.status = .init()
    scene.repository?.status?.jobSequence = 9
    scene.addBuild("b1")
    scene.addJob("acme-stray-9")
    #expect(scene.decide().actions.words.first == "delete acme-stray-9")
  }

  @Test func `a Job of a claim that this view of the repository is too old for is left alone`() {
    var scene = Scene()
    scene.addBuild("b1")
    scene.addJob("acme-later-9")
    #expect(scene.decide().actions.words.allSatisfy { !$0.hasPrefix("delete") })
  }
}

@Suite struct FollowingAClaim {
  private func started() -> Scene {
    var scene = Scene()
    scene.addBuild("b1")
    scene.step()
    return scene
  }

  @Test func `a claim without its Job gets that Job and no other`() {
    var scene = Scene()
    scene.addBuild("b1")
    let plan = scene.decide().actions
    scene.apply(Array(plan.prefix(2)))  // Killed between the claim and the Job.
    #expect(scene.decide().actions.words == ["snapshot", "job \(firstJob)", "build b1 Running"])
  }

  @Test func `a Job that the cache has not seen yet is found on the server`() {
    var scene = Scene()
    scene.addBuild("b1")
    let plan = scene.decide().actions
    scene.apply(Array(plan.prefix(3)))  // The answer to the Job's creation was lost.
    var situation = scene.cached
    situation.cachedJobs = []
    #expect(RepositoryPlanner.decide(situation).looks == [.repository])
    situation.live.hasRepository = true
    #expect(RepositoryPlanner.decide(situation).looks == [.output, .build("b1")])
    situation.live.builds["b1"] = .some(scene.builds[0])
    situation.live.output = .init(jobs: scene.jobs, pods: [])
    guard case .act(let actions, _) = RepositoryPlanner.decide(situation) else {
      Issue.record("expected a plan")
      return
    }
    #expect(actions.words == ["build b1 Running"])
  }

  @Test func `a successful Job ends its build and gives the claim back`() {
    var scene = started()
    scene.endJob(firstJob, succeeded: true)
    scene.step()
    let build = scene.builds[0]
    #expect(scene.condition("b1")?.status == .yes)
    #expect(build.status?.attempts?.map(\.number) == [1])
    #expect(build.status?.attempts?.first?.exitCode == 0)
    #expect(build.status?.podName == "\(firstJob)-pod")
    #expect(build.status?.release == "r1")
    #expect(build.status?.logTail == "the end")
    #expect(scene.claim == nil)
    #expect(scene.repository?.status?.configHash == scene.configHash)
    #expect(scene.repository?.status?.release == "r1")
    #expect(scene.decide().actions.isEmpty)
  }

  @Test(arguments: [("SatisFailed", "Failed"), ("DeadlineExceeded", "TimedOut")])
  func `a failed Job ends its build with its reason`(reason: String, expected: String) {
    var scene = started()
    scene.repository?.spec.build = .init()
    scene.repository?.spec.build?.retryLimit = 0
    scene.endJob(firstJob, succeeded: false, reason: reason)
    scene.step()
    #expect(scene.condition("b1")?.reason == expected)
    #expect(scene.builds[0].status?.attempts?.first?.reason == reason)
    #expect(scene.repository?.status?.configHash == nil)
  }

  @Test func `the claim is kept while a pod of the output still runs`() {
    var scene = started()
    scene.endJob(firstJob, succeeded: true)
    scene.addPod("replaced", job: firstJob, phase: "Running")
    scene.step()
    #expect(scene.condition("b1")?.reason == "Running")
    #expect(scene.claim?.name == firstJob)
    scene.pods.removeAll { $0.metadata.name == "replaced" }
    scene.step()
    #expect(scene.claim == nil)
    #expect(scene.condition("b1")?.status == .yes)
  }

  @Test func `the next build takes the next number`() {
    var scene = started()
    scene.addBuild("b2", createdAfter: 1)
    scene.endJob(firstJob, succeeded: true)
    scene.step()
    scene.step()
    #expect(scene.claim?.name == secondJob)
    #expect(scene.jobs.map(\.metadata.name) == [firstJob, secondJob])
  }

  @Test func `after a Job was deleted by hand its build is tried again in another one`() {
    var scene = started()
    scene.jobs = []
    scene.step()
    #expect(scene.condition("b1")?.reason == "Retrying")
    #expect(scene.builds[0].status?.attempts?.first?.reason == "JobDeleted")
    #expect(scene.claim == nil)
    scene.now = scene.now + 10
    scene.step()
    #expect(scene.claim?.name == secondJob)
    #expect(scene.condition("b1")?.reason == "Running")
  }

  @Test func `deleting the last build of a claim stops its Job`() {
    var scene = started()
    scene.builds = []
    #expect(scene.step().words == ["delete \(firstJob)"])
    scene.step()
    #expect(scene.claim == nil)
  }

  @Test func `a build created anew under the same name is not given the old one's result`() {
    var scene = started()
    scene.builds[0].metadata.uid = "uid-other"
    scene.builds[0].status = nil
    scene.endJob(firstJob, succeeded: true)
    scene.step()
    #expect(scene.condition("b1")?.reason == "Queued")
  }

  @Test func `a Job of another owner is no claim`() {
    var scene = Scene()
    scene.addBuild("b1")
    let plan = scene.decide().actions
    scene.apply(Array(plan.prefix(2)))
    scene.addJob(firstJob, ownerUID: "uid-predecessor")
    scene.endJob(firstJob, succeeded: true)
    scene.step()
    #expect(scene.claim == nil)
    #expect(scene.builds[0].isFinished == false)
    scene.step()
    #expect(scene.claim?.name == secondJob)
  }

  @Test func `only the newest finished Jobs are kept`() {
    var scene = started()
    for number in 2...6 {
      scene.endJob(scene.claim?.name ?? "", succeeded: true)
      scene.now = scene.now + 60
      scene.step()
      scene.addBuild("b\(number)", createdAfter: Int64(number))
      scene.step()
    }
    #expect(scene.jobs.count == RepositoryPlanner.keptJobs + 1)
  }
}

@Suite struct WhenTheServerDoesNotTakeAJob {
  private func refused(isTemporary: Bool) -> Scene {
    var scene = Scene()
    scene.addBuild("b1")
    scene.apply(Array(scene.decide().actions.prefix(2)))
    scene.live.jobRefusal = .init(isTemporary: isTemporary, message: "exceeded quota")
    return scene
  }

  @Test func `a used-up quota keeps the claim and is tried again`() {
    var scene = refused(isTemporary: true)
    let decision = scene.decide()
    scene.apply(decision.actions)
    #expect(decision.again != nil)
    #expect(scene.condition("b1")?.reason == "Queued")
    #expect(scene.condition("b1")?.message.contains("exceeded quota") == true)
    scene.live.jobRefusal = nil
    #expect(scene.step().words == ["snapshot", "job \(firstJob)", "build b1 Running"])
  }

  @Test func `finished Jobs go, since they may be what a quota is used up by`() {
    var scene = refused(isTemporary: true)
    scene.addJob("acme-be8246b3-0")
    scene.endJob("acme-be8246b3-0", succeeded: true)
    scene.addJob("foreign", ownerUID: "another")
    scene.endJob("foreign", succeeded: true)
    #expect(scene.step().words == ["build b1 Queued", "delete acme-be8246b3-0"])

    var barred = refused(isTemporary: true)
    barred.live.jobRefusal?.message = "jobs.batch is forbidden"
    barred.addJob("acme-be8246b3-0")
    barred.endJob("acme-be8246b3-0", succeeded: true)
    #expect(barred.step().words == ["build b1 Queued"])
  }

  @Test func `what is said of a retry does not change as long as its Job is refused`() {
    var scene = Scene.built
    scene.addBuild("a", source: .lib)
    scene.addBuild("b", source: .app, createdAfter: 1)
    scene.step()
    scene.endJob(scene.claim?.name ?? "", succeeded: false)
    scene.step()
    scene.now = scene.now + 3_600
    scene.apply(Array(scene.decide().actions.prefix(2)))
    #expect(scene.claim?.builds.count == 2)
    scene.addBuild("waiting", source: .lib, createdAfter: 2)
    scene.live.jobRefusal = .init(isTemporary: true, message: "exceeded quota")
    scene.step()
    #expect(scene.condition("a")?.message.contains("exceeded quota") == true)
    #expect(scene.decide().actions.isEmpty)
  }

  @Test func `a build that is cancelled ends, and the others of its claim wait on`() {
    var scene = Scene.built
    scene.addBuild("a", source: .lib)
    scene.addBuild("b", source: .app, createdAfter: 1)
    scene.apply(Array(scene.decide().actions.prefix(2)))
    scene.live.jobRefusal = .init(isTemporary: true, message: "exceeded quota")
    scene.builds[0].spec.state = .cancelled
    scene.step()
    #expect(scene.condition("a")?.reason == "Cancelled")
    #expect(scene.condition("b")?.reason == "Queued")
    scene.live.jobRefusal = nil
    #expect(scene.step().words.last == "build b Running")
  }

  @Test func `a claim whose Job was refused lets others go first where Jobs are limited`() {
    var scene = refused(isTemporary: true)
    scene.step()
    scene.live.jobRefusal = nil
    scene.slot = .full(limit: 1)
    scene.step()
    #expect(scene.jobs.isEmpty)
    #expect(scene.condition("b1")?.message.contains("exceeded quota") == true)
    scene.slot = .granted
    scene.step()
    #expect(scene.jobs.map(\.metadata.name) == [firstJob])
  }

  @Test func `an invalid Job ends its build and frees the output`() {
    var scene = refused(isTemporary: false)
    scene.step()
    #expect(scene.condition("b1")?.reason == "Failed")
    #expect(scene.builds[0].status?.attempts?.first?.reason == "JobRejected")
    #expect(scene.claim == nil)
  }
}

@Suite struct RefusingWhatCannotBeBuilt {
  @Test func `a source that satis.json does not list is Invalid at once and makes no Job`() {
    var scene = Scene()
    scene.addBuild("b1", source: .init(url: "https://git.example.org/acme/other.git"))
    let decision = scene.decide()
    #expect(decision.looks.contains([.repository]))
    scene.apply(decision.actions)
    #expect(scene.condition("b1")?.reason == "Invalid")
    #expect(scene.condition("b1")?.message.contains("add {\"type\": \"vcs\"") == true)
    #expect(scene.jobs.isEmpty)
  }

  @Test func `a refused build does not hold up the one behind it`() {
    var scene = Scene()
    scene.addBuild("b1", source: .init(package: "acme/unknown"))
    scene.addBuild("b2", createdAfter: 1)
    scene.step()
    #expect(scene.condition("b1")?.reason == "Invalid")
    #expect(scene.claim?.builds.map(\.name) == ["b2"])
  }

  @Test func `a build whose spec was changed is Invalid`() {
    var scene = Scene()
    let build = scene.addBuild("b1")
    scene.builds[0].status = build.queued("waits for its turn", at: scene.now)
    scene.builds[0].spec.source = .init(package: "acme/lib")
    scene.step()
    #expect(scene.condition("b1")?.reason == "Invalid")
    #expect(scene.condition("b1")?.message.contains("immutable") == true)
  }

  @Test func `a missing repository is waited for with a message at once`() {
    var scene = Scene()
    scene.repository = nil
    scene.addBuild("b1")
    let decision = scene.decide()
    scene.apply(decision.actions)
    #expect(scene.condition("b1")?.reason == "Queued")
    #expect(scene.condition("b1")?.message.contains("SatisRepository 'acme' does not exist") == true)
    #expect(decision.again == .seconds(30))
    scene.now = scene.now + 29
    #expect(scene.decide().actions.isEmpty)
    scene.now = scene.now + 1
    scene.step()
    #expect(scene.condition("b1")?.reason == "Invalid")
  }

  @Test func `a repository that appears in time gets a normal build`() {
    var scene = Scene()
    let repository = scene.repository
    scene.repository = nil
    scene.addBuild("b1")
    scene.step()
    scene.repository = repository
    scene.now = scene.now + 20
    scene.step()
    #expect(scene.condition("b1")?.reason == "Running")
  }

  @Test func `a missing ConfigMap is waited for and a wrong one is refused at once`() {
    var scene = Scene()
    scene.addBuild("b1")
    scene.configuration = .failure(.init(isMissing: true, message: "ConfigMap 'c' does not exist; create it"))
    scene.step()
    #expect(scene.condition("b1")?.reason == "Queued")
    #expect(scene.repository?.status?.conditions?[ConditionType.ready]?.reason == "ConfigurationMissing")
    scene.configuration = .failure(.init(isMissing: false, message: "satis.json is no JSON; correct it"))
    scene.step()
    #expect(scene.condition("b1")?.reason == "Invalid")
    #expect(scene.repository?.status?.conditions?[ConditionType.ready]?.status == .no)
  }

  @Test func `a repository that was built becomes Ready without any build`() {
    var scene = Scene.built
    scene.step()
    #expect(scene.repository?.status?.conditions?[ConditionType.ready]?.status == .yes)
    #expect(scene.decide().actions.isEmpty)
  }
}

extension Decision {
  fileprivate var looks: Set<Look> {
    guard case .look(let looks) = self else { return [] }
    return looks
  }
}
