import KubernetesClient
import SatisAPI
import SatisPlugin
import Testing

@Suite struct CancellingTests {
  @Test func `what waits or runs can be cancelled, what has ended cannot`() {
    for reason in SatisBuild.Reason.allCases {
      let refusal = Cancelling.refusal(of: PluginExamples.build("acme-1", reason))
      #expect((refusal == nil) == (reason.status == .unknown), "\(reason)")
      #expect(refusal?.contains(reason.rawValue) != false)
    }
    #expect(Cancelling.refusal(of: PluginExamples.build()) == nil)
  }

  @Test func `those that wait are those that no Job works on and that are still wanted`() {
    let unwanted = PluginExamples.build("unwanted", .queued) { $0.spec.state = .cancelled }
    let builds = [
      PluginExamples.build("new"), PluginExamples.build("queued", .queued),
      PluginExamples.build("running", .running),
      PluginExamples.build("retrying", .retrying), PluginExamples.build("failed", .failed), unwanted,
    ]
    #expect(Cancelling.waiting(builds).map(\.metadata.name) == ["new", "queued", "retrying"])
  }
}
