import KubernetesClient
import SatisAPI
import Testing

@testable import SatisController

private let firstJob = "acme-be8246b3-1"

extension Scene {
  var ready: Condition? { repository?.status?.conditions?[ConditionType.ready] }

  /// Whether nothing has started, and the build waits with the repository's own words.
  func holdsBack(_ build: String) -> Bool {
    claim == nil && jobs.isEmpty && ready?.status == .no && condition(build)?.reason == "Queued"
      && condition(build)?.message == ready?.message
  }
}

@Suite struct VolumeClaimsThatCannotBeMounted {
  @Test func `a missing claim is a message, and builds go on by themselves when it is there`() {
    var scene = Scene()
    scene.claims = [:]
    scene.addBuild("b1")
    let decision = scene.decide()
    scene.apply(decision.actions)
    #expect(scene.holdsBack("b1"))
    #expect(scene.ready?.reason == "ClaimNotFound")
    #expect(
      scene.ready?.message
        == "PersistentVolumeClaim 'output', which spec.output.claimName names, does not exist in namespace 'shop'; "
        + "create it, and builds go on by themselves")
    #expect(decision.again == .seconds(RepositoryPlanner.patience))
    #expect(scene.decide().actions.isEmpty)

    scene.claims["output"] = Scene.volumeClaim("ReadWriteMany")
    scene.step()
    #expect(scene.condition("b1")?.reason == "Running")
    #expect(scene.ready?.reason == "Ready")
  }

  @Test func `without builds, too, a new repository says that its claim is missing and asks for no build`() {
    var scene = Scene()
    scene.claims = [:]
    #expect(scene.step().words == ["repository"])
    #expect(scene.ready?.reason == "ClaimNotFound")
  }

  @Test func `the verdict is made from the repository on the server`() {
    var scene = Scene()
    scene.claims = [:]
    scene.addBuild("b1")
    #expect(scene.decide().looks.contains([.repository]))
  }

  @Test(arguments: [
    ("cache", "spec.cache.claimName"), ("mirror", "spec.podTemplate.volumes"),
  ])
  func `the cache and further volumes need their claims as well`(name: String, field: String) {
    var scene = Scene()
    scene.repository?.spec.cache = .init(claimName: "cache")
    scene.repository?.spec.podTemplate = Examples.podTemplate
    scene.claims["cache"] = Scene.volumeClaim("ReadWriteOnce")
    scene.claims["mirror"] = Scene.volumeClaim("ReadOnlyMany")
    scene.addBuild("b1")
    var lacking = scene
    lacking.claims[name] = nil
    lacking.step()
    #expect(lacking.holdsBack("b1"))
    #expect(lacking.ready?.message.contains("'\(name)', which \(field) names, does not exist") == true)
    // The mirror is mounted read-only, and the cache is none of the web server's.
    scene.step()
    #expect(scene.condition("b1")?.reason == "Running")
    #expect(scene.ready?.reason == "Ready")
  }

  @Test func `a claim that is being deleted cannot be mounted`() {
    var scene = Scene()
    scene.claims["output"]?.metadata.deletionTimestamp = scene.now
    scene.addBuild("b1")
    scene.step()
    #expect(scene.holdsBack("b1"))
    #expect(scene.ready?.message.contains("is being deleted") == true)
  }

  @Test func `nor one that has lost its volume`() {
    var scene = Scene()
    scene.claims["output"] = Scene.volumeClaim("ReadWriteMany", phase: "Lost")
    scene.addBuild("b1")
    scene.step()
    #expect(scene.holdsBack("b1"))
    #expect(scene.ready?.reason == "ClaimLost")
  }

  @Test func `nor one that can only be read`() {
    var scene = Scene()
    scene.claims["output"] = Scene.volumeClaim("ReadOnlyMany")
    scene.addBuild("b1")
    scene.step()
    #expect(scene.holdsBack("b1"))
    #expect(scene.ready?.reason == "ClaimReadOnly")
  }

  @Test func `an output for one pod leaves no room for the web server`() {
    var scene = Scene()
    scene.claims["output"] = Scene.volumeClaim("ReadWriteOncePod")
    scene.addBuild("b1")
    scene.step()
    #expect(scene.holdsBack("b1"))
    #expect(scene.ready?.reason == "ClaimNotShared")
    #expect(scene.ready?.message.contains("create it anew with ReadWriteMany") == true)
  }

  @Test func `a cache for one pod is none of the web server's`() {
    var scene = Scene()
    scene.repository?.spec.cache = .init(claimName: "cache")
    scene.claims["cache"] = Scene.volumeClaim("ReadWriteOncePod")
    scene.addBuild("b1")
    scene.step()
    #expect(scene.ready?.reason == "Ready")
  }

  @Test func `a claim that waits for its first pod is no trouble`() {
    var scene = Scene()
    scene.claims["output"] = Scene.volumeClaim("ReadWriteMany", phase: "Pending")
    scene.addBuild("b1")
    scene.step()
    #expect(scene.condition("b1")?.reason == "Running")
    #expect(scene.ready?.reason == "Ready")
  }

  @Test func `a volume may be mounted in more ways than its claim asks for`() {
    var scene = Scene()
    scene.claims["output"] = Scene.volumeClaim("ReadWriteOnce")
    scene.claims["output"]?.status?.accessModes = ["ReadWriteOnce", "ReadWriteMany"]
    scene.step()
    #expect(scene.ready?.reason == "Ready")
  }

  @Test func `an output on one node is ready, with a word about the web server that stays`() {
    var scene = Scene.built
    scene.claims["output"] = Scene.volumeClaim("ReadWriteOnce")
    scene.step()
    #expect(scene.ready?.status == .yes)
    #expect(scene.ready?.reason == "ReadyOnOneNode")
    #expect(
      scene.ready?.message
        == "satis.json lists 2 sources; " + VolumeClaims.oneNodeAdvice(.init(claimName: "output")))
    #expect(scene.decide().actions.isEmpty)
    scene.addBuild("b1")
    scene.step()
    #expect(scene.ready?.reason == "ReadyOnOneNode")
  }

  @Test func `a suspended repository is not asked for its claims`() {
    var scene = Scene.built
    scene.repository?.spec.state = .suspended
    scene.claims = [:]
    #expect(scene.decide().looks.allSatisfy { !$0.contains(.claims) })
    scene.step()
    #expect(scene.ready?.reason == "Suspended")
  }

  @Test func `claims that were found usable are looked at again only when the spec has changed`() {
    var scene = Scene.built
    scene.step()
    scene.addBuild("b1")
    #expect(scene.decide().looks.allSatisfy { !$0.contains(.claims) })
    scene.repository?.metadata.generation = 2
    #expect(scene.decide().looks.contains([.claims]))
  }
}

@Suite struct PodsThatLackTheirVolumes {
  /// A repository that was ready and whose Job has a pod.
  private func started(_ modes: String = "ReadWriteMany") -> Scene {
    var scene = Scene.built
    scene.claims["output"] = Scene.volumeClaim(modes)
    scene.step()
    scene.addBuild("b1")
    scene.step()
    scene.addPod("pod", job: firstJob, phase: "Pending")
    return scene
  }

  private func unschedulable(_ scene: Scene, _ message: String) -> Scene {
    var scene = scene
    scene.pods[0].status?.conditions = [
      .init(type: "PodScheduled", status: "False", reason: "Unschedulable", message: message)
    ]
    return scene
  }

  @Test func `a pod that starts as it should costs no look at the claims`() {
    var scene = started()
    #expect(scene.decide().looks.isEmpty)
    #expect(scene.decide().again == .seconds(RepositoryPlanner.patience))
    scene.now = scene.now + (RepositoryPlanner.patience - 1)
    #expect(scene.decide().looks.isEmpty)
  }

  @Test func `a pod that does not get an output of one node says how to get it there`() {
    var scene = started("ReadWriteOnce")
    scene.now = scene.now + RepositoryPlanner.patience
    scene.step()
    let advice = VolumeClaims.oneNodeAdvice(.init(claimName: "output"))
    #expect(scene.condition("b1")?.message.hasSuffix("; \(advice)") == true)
    scene.now = scene.now + 600
    scene.step()
    #expect(scene.builds[0].status?.attempts?.first?.message?.contains(advice) == true)
  }

  @Test
  func
    `a pod that finds no node for its volume says so at once, one that finds none for its memory does not`()
  {
    let advice = VolumeClaims.oneNodeAdvice(.init(claimName: "output"))
    var volume = unschedulable(started("ReadWriteOnce"), "1 node(s) had volume node affinity conflict.")
    volume.step()
    #expect(volume.condition("b1")?.message.contains(advice) == true)
    var memory = unschedulable(started("ReadWriteOnce"), "1 Insufficient memory.")
    #expect(memory.decide().looks.isEmpty)
    memory.step()
    #expect(memory.condition("b1")?.message.contains("1 Insufficient memory.") == true)
  }

  @Test func `a claim that went away makes the repository not ready, and holds back the next attempt`() {
    var scene = unschedulable(started(), "persistentvolumeclaim \"output\" not found")
    scene.claims = [:]
    scene.step()
    #expect(scene.ready?.reason == "ClaimNotFound")
    #expect(scene.condition("b1")?.message.contains("create it, and builds go on by themselves") == true)
    #expect(scene.condition("b1")?.reason == "Running")
    scene.now = scene.now + 601
    scene.step()
    scene.step()
    scene.now = scene.now + 20
    scene.step()
    #expect(scene.claim == nil)
    #expect(scene.ready?.reason == "ClaimNotFound")
    #expect(scene.condition("b1")?.message.contains("create it, and builds go on by themselves") == true)
    scene.claims["output"] = Scene.volumeClaim("ReadWriteMany")
    scene.step()
    #expect(scene.claim?.name == "acme-be8246b3-2")
  }

  @Test func `once the pod has its volume, the repository is ready again`() {
    var scene = unschedulable(started(), "persistentvolumeclaim \"output\" not found")
    scene.claims = [:]
    scene.step()
    scene.claims["output"] = Scene.volumeClaim("ReadWriteMany")
    scene.pods[0].status = .init(phase: "Running")
    scene.step()
    #expect(scene.ready?.reason == "Ready")
    #expect(scene.condition("b1")?.message.contains("is running Satis") == true)
  }
}

@Suite struct PodTemplatesThatCannotBeUsed {
  private func refused() -> Scene {
    var scene = Scene()
    scene.repository?.spec.podTemplate = .init()
    scene.repository?.spec.podTemplate?.labels = ["job-name": "other"]
    return scene
  }

  @Test func `builds wait until the template is mended`() {
    var scene = refused()
    scene.addBuild("b1")
    scene.step()
    #expect(scene.holdsBack("b1"))
    #expect(scene.ready?.reason == "PodTemplateInvalid")
    #expect(
      scene.ready?.message
        == "spec.podTemplate.labels: 'job-name' belongs to the operator or to Kubernetes; remove it")
    scene.repository?.spec.podTemplate?.labels = nil
    scene.repository?.metadata.generation = 2
    scene.step()
    #expect(scene.condition("b1")?.reason == "Running")
  }

  @Test func `a claim whose Job was not created yet is given back`() {
    var scene = Scene()
    scene.addBuild("b1")
    scene.apply(Array(scene.decide().actions.prefix(2)))
    scene.repository?.spec.podTemplate = refused().repository?.spec.podTemplate
    #expect(scene.step().words == ["repository"])
    scene.step()
    #expect(scene.holdsBack("b1"))
  }
}

@Suite struct BuildsOfARepositoryThatIsHinderedForLong {
  private func hindered() -> Scene {
    var scene = Scene.built
    scene.claims = [:]
    return scene
  }

  private func open(_ scene: Scene) -> [String] {
    scene.builds.filter { !$0.isFinished }.map(\.metadata.name)
  }

  @Test func `of several for one source the newest waits, and stands for the others when it runs`() {
    var scene = hindered()
    scene.addBuild("a", source: .lib)
    scene.addBuild("b", source: .lib, createdAfter: 1)
    scene.addBuild("c", source: .app, createdAfter: 2)
    scene.step()
    #expect(scene.condition("a")?.reason == "Superseded")
    #expect(scene.builds[0].status?.supersededBy == "b")
    #expect(scene.holdsBack("b"))
    #expect(scene.holdsBack("c"))
    #expect(scene.repository?.status?.queuedBuilds == 2)
    scene.claims["output"] = Scene.volumeClaim("ReadWriteMany")
    scene.step()
    #expect(scene.claim?.builds.map(\.name) == ["b", "c"])
  }

  @Test(arguments: [true, false])
  func `scheduled ones do not pile up, whether satis.json can be read or not`(isReadable: Bool) {
    var scene = hindered()
    scene.repository?.spec.schedule = .init(full: "0 3 * * *", purge: "0 4 * * *")
    if !isReadable {
      scene.configuration = .failure(.init(isMissing: true, message: "ConfigMap 'c' does not exist"))
    }
    for _ in 0..<10 {
      scene.now = scene.now + 86_400
      scene.step()
      scene.step()
    }
    #expect(scene.builds.count == 18)
    #expect(open(scene).count == 2)
    #expect(scene.repository?.status?.queuedBuilds == 2)
  }

  @Test func `those of single sources wait where satis.json cannot be read, and are counted`() {
    var scene = hindered()
    scene.configuration = .failure(.init(isMissing: true, message: "ConfigMap 'c' does not exist"))
    scene.addBuild("a", source: .lib)
    scene.addBuild("b", source: .lib, createdAfter: 1)
    scene.addBuild("c", createdAfter: 2)
    scene.step()
    for name in ["a", "b", "c"] { #expect(scene.holdsBack(name)) }
    #expect(scene.repository?.status?.queuedBuilds == 3)
  }
}
