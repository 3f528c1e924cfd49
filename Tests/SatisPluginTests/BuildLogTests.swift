import SatisAPI
import SatisPlugin
import Testing

@Suite struct BuildLogTests {
  @Test func `the pod has the whole log, and the build its end`() throws {
    let build = PluginExamples.build("acme-1", .failed) {
      $0.status?.podName = "pod"
      $0.status?.logTail = "end"
    }
    #expect(try BuildLog(of: build) == .pod("pod", tail: "end"))
    let without = PluginExamples.build("acme-1", .failed) { $0.status?.logTail = "end" }
    #expect(try BuildLog(of: without) == .tail("end"))
  }

  @Test func `the log of a superseded build is that of the other one`() throws {
    let build = PluginExamples.build("acme-1", .superseded) { $0.status?.supersededBy = "acme-2" }
    #expect(try BuildLog(of: build) == .build("acme-2"))
  }

  @Test func `a build without a log says why there is none`() {
    let error = #expect(throws: PluginFailure.self) {
      try BuildLog(of: PluginExamples.build("acme-1", .queued, message: "waits for its turn"))
    }
    #expect(error?.description.contains("Queued: waits for its turn") == true)
    #expect(throws: PluginFailure.self) { try BuildLog(of: PluginExamples.build()) }
  }
}
