import KubernetesClient
import SatisAPI
import Testing

@testable import SatisController

@Suite struct AnnouncementTests {
  private let build: SatisBuild = {
    var scene = Scene()
    return scene.addBuild("b1")
  }()

  @Test func `a build's new reason is told once, as a warning where somebody has to act`() {
    let now = Timestamp(seconds: 1_700_000_000)
    let queued = build.queued("waits for its turn", at: now)
    let told = Announcement(build, from: nil, to: queued)
    #expect(told?.reason == "Queued")
    #expect(told?.kind == .normal)
    #expect(Announcement(build, from: queued, to: build.queued("another message", at: now)) == nil)
    let invalid = Announcement(build, from: queued, to: build.invalid("add it", at: now))
    #expect(invalid?.kind == .warning)
    #expect(invalid?.note == "add it")
    #expect(invalid?.object.name == "b1")
  }

  @Test func `each failed attempt is told`() {
    var scene = Scene.built
    scene.addBuild("b1")
    var notes: [String] = []
    for _ in 0..<2 {
      scene.step()
      scene.endJob(scene.claim?.name ?? "", succeeded: false)
      for action in scene.step() {
        guard case .updateBuild(let build, let status) = action else { continue }
        notes += [Announcement(build, from: build.status, to: status)?.note].compactMap(\.self)
      }
      scene.now = scene.builds[0].status?.nextAttemptTime ?? scene.now
    }
    #expect(notes.count == 2)
    #expect(notes.first?.hasPrefix("attempt 1 of 4 failed") == true)
    #expect(notes.last?.hasPrefix("attempt 2 of 4 failed") == true)
  }

  @Test func `a repository tells when it can no longer build, and what is served`() throws {
    let repository = try #require(Scene().repository)
    var status = SatisRepository.Status()
    status.release = "r1"
    #expect(Announcement(repository, from: nil, to: status)?.note == "release r1 is served")
    #expect(Announcement(repository, from: status, to: status) == nil)
  }
}
