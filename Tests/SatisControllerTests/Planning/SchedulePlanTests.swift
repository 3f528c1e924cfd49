import KubernetesClient
import SatisAPI
import Testing

@testable import SatisController

@Suite struct Schedules {
  private func nightly() -> Scene {
    var scene = Scene.built
    scene.repository?.spec.schedule = .init(full: "0 3 * * *", purge: "0 4 * * 0", timeZone: "Europe/Berlin")
    return scene
  }

  @Test func `a new schedule says when it runs next and makes nothing of the past`() {
    var scene = nightly()
    #expect(scene.step().words == ["repository"])
    let next = scene.repository?.status?.nextFullBuildTime ?? Timestamp(seconds: 0)
    let run = Timestamp("2023-11-15T02:00:00Z") ?? next
    #expect((0..<300).contains(next - run))
    #expect(scene.repository?.status?.nextPurgeTime != nil)
  }

  @Test func `a full build is made at its time, once, by a name that every controller finds`() {
    var scene = nightly()
    scene.step()
    scene.now = scene.repository?.status?.nextFullBuildTime ?? scene.now
    let created = scene.step().words.filter { $0.hasPrefix("create") }
    #expect(created.count == 1)
    #expect(created.first?.hasSuffix("full-1700013600") == true)
    #expect(scene.builds.first?.spec.trigger?.type == .schedule)
    #expect(scene.repository?.status?.lastScheduledFullTime == Timestamp(seconds: 1_700_013_600))
    scene.step()
    #expect(scene.builds.count == 1)
    #expect(scene.claim?.full == true)
  }

  @Test func `of many missed runs the latest is made up for`() {
    var scene = nightly()
    scene.step()
    scene.now = scene.now + 10 * 86_400
    #expect(scene.step().words.filter { $0.hasPrefix("create") }.count == 2)
    #expect(scene.builds.map(\.spec.operation) == [nil, .purge])
    #expect(scene.repository?.status?.lastScheduledFullTime == Timestamp("2023-11-24T02:00:00Z"))
  }

  @Test func `a clock that was far ahead for a while stops no schedule`() {
    var scene = nightly()
    scene.step()
    let begin = scene.now
    scene.now = begin + 30 * 86_400
    scene.step()
    let ahead = scene.builds.count
    scene.now = begin
    scene.step()
    scene.now = scene.repository?.status?.nextFullBuildTime ?? scene.now
    #expect(scene.now < begin + 2 * 86_400)
    scene.step()
    #expect(scene.builds.count == ahead + 1)
  }

  @Test func `a build that the server does not take is tried again, and holds up nothing else`() throws {
    var scene = nightly()
    scene.step()
    scene.addBuild("b1", source: .lib)
    scene.step()
    scene.endJob(scene.claim?.name ?? "", succeeded: true)
    scene.now = scene.repository?.status?.nextFullBuildTime ?? scene.now
    let error = KubernetesError(
      request: "create SatisBuild",
      cause: .status(.init(code: 403, reason: "Forbidden", message: "exceeded quota: builds")))
    scene.live.buildRefusal = .lack(of: try #require(MissingRight(error, in: "shop")))
    scene.step()
    #expect(scene.builds.count == 1)
    #expect(scene.condition("b1")?.reason == "Succeeded")
    let ready = scene.repository?.status?.conditions?[ConditionType.ready]
    #expect(ready?.reason == "Forbidden")
    #expect(ready?.message.contains("exceeded quota: builds") == true)
    #expect(scene.decide().again == .seconds(RepositoryPlanner.patience))
    #expect(scene.repository?.status?.lastScheduledFullTime == nil)

    scene.live.buildRefusal = nil
    scene.step()
    #expect(scene.builds.count == 2)
    scene.step()
    #expect(scene.repository?.status?.conditions?[ConditionType.ready]?.reason == "Ready")
  }

  @Test func `a satis.json that is missing ends builds in time, also where no build is taken`() throws {
    var scene = nightly()
    scene.addBuild("b1", source: .lib)
    let error = KubernetesError(
      request: "create SatisBuild", cause: .status(.init(code: 403, reason: "Forbidden", message: "no")))
    scene.live.buildRefusal = .lack(of: try #require(MissingRight(error, in: "shop")))
    scene.configuration = .failure(ConfigurationProblem(isMissing: true, message: "ConfigMap 'c' is missing"))
    scene.step()
    #expect(scene.repository?.status?.conditions?[ConditionType.ready]?.reason == "ConfigurationMissing")
    scene.now = scene.now + 10
    #expect(scene.decide().actions.isEmpty)
    scene.now = scene.now + 20
    scene.step()
    #expect(scene.condition("b1")?.reason == "Invalid")
  }

  @Test func `a schedule that cannot be read is said in the condition and stops no build`() {
    var scene = nightly()
    scene.repository?.spec.schedule?.full = "0 25 * * *"
    scene.addBuild("b1", source: .init(package: "acme/lib"))
    scene.step()
    #expect(scene.repository?.status?.conditions?[ConditionType.ready]?.reason == "ScheduleInvalid")
    #expect(scene.claim != nil)
  }
}
