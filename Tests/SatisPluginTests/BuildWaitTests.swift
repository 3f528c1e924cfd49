import SatisAPI
import SatisPlugin
import Testing

@Suite struct BuildWaitTests {
  @Test func `a state is told once, and again when its message changes`() throws {
    var wait = BuildWait(for: "acme-1")
    let looks = [
      PluginExamples.build(), PluginExamples.build(),
      PluginExamples.build("acme-1", .queued, message: "its turn"),
      PluginExamples.build("acme-1", .queued, message: "its turn"),
      PluginExamples.build("acme-1", .running, message: "pulls the image"),
      PluginExamples.build("acme-1", .running, message: "runs"),
    ]
    var lines: [String] = []
    for build in looks { lines += [try wait.look(at: build)].compactMap(\.self) }
    #expect(
      lines == [
        "acme-1: no controller has seen it yet", "acme-1: Queued: its turn",
        "acme-1: Running: pulls the image",
        "acme-1: Running: runs",
      ])
  }

  @Test(arguments: [SatisBuild.Reason.succeeded, .failed, .timedOut, .cancelled, .invalid])
  func `the wait is over with the end of the build, whose reason is the exit code`(
    reason: SatisBuild.Reason
  ) throws {
    var wait = BuildWait(for: "acme-1")
    _ = try wait.look(at: PluginExamples.build("acme-1", reason))
    guard case .ended(let build) = wait.step else {
      Issue.record("the wait goes on")
      return
    }
    #expect(build.exit == (reason == .succeeded ? .success : .failed))
  }

  @Test(arguments: [nil, SatisBuild.Reason.queued, .running, .retrying])
  func `the wait goes on until then`(reason: SatisBuild.Reason?) throws {
    var wait = BuildWait(for: "acme-1")
    _ = try wait.look(at: PluginExamples.build("acme-1", reason))
    guard case .goOn = wait.step else {
      Issue.record("the wait is over")
      return
    }
  }

  @Test func `a build that another one stands for hands the wait on to it`() throws {
    var wait = BuildWait(for: "acme-1")
    let superseded = PluginExamples.build("acme-1", .superseded) { $0.status?.supersededBy = "acme-2" }
    _ = try wait.look(at: superseded)
    guard case .follow = wait.step else {
      Issue.record("nobody follows acme-2")
      return
    }
    #expect(wait.name == "acme-2")
  }

  @Test func `a build that is deleted before its end is a failure`() {
    var wait = BuildWait(for: "acme-1")
    let error = #expect(throws: PluginFailure.self) { try wait.look(at: nil) }
    #expect(error?.exit == .failed)
    #expect(error?.description.contains("'acme-1'") == true)
  }
}
