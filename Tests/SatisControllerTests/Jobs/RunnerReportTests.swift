import Testing

@testable import SatisController

@Suite struct RunnerReportTests {
  /// A termination message has at most 4,096 bytes, and anybody in the pod can write it.
  @Test(arguments: [1, 512, 513, 514, 4_096])
  func `a message that breaks off within lists is no report`(depth: Int) {
    #expect(RunnerReport(terminationMessage: String(repeating: "[", count: depth)) == nil)
  }
}
