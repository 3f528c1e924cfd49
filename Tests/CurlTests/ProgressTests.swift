import Testing

@testable import Curl

@Suite struct `The progress of a transfer` {
  /// How many of the milestones, in their order, have been passed.
  @Test(arguments: [
    (0, Progress.queued), (1, .resolving), (2, .connecting), (3, .handshaking), (4, .sending),
    (5, .receiving),
  ])
  func `is told by the last milestone`(passed: Int, progress: Progress) {
    #expect(
      Progress(
        isOnItsWay: passed > 0, hasAddress: passed > 1, hasConnection: passed > 2, isReady: passed > 3,
        hasAnswer: passed > 4, usesTLS: true) == progress)
  }

  @Test func `knows no handshake without TLS`() {
    #expect(
      Progress(
        isOnItsWay: true, hasAddress: true, hasConnection: true, isReady: false, hasAnswer: false,
        usesTLS: false)
        == .sending)
  }

  @Test func `on a reused connection begins with sending`() {
    #expect(
      Progress(
        isOnItsWay: false, hasAddress: false, hasConnection: false, isReady: true, hasAnswer: false,
        usesTLS: true)
        == .sending)
  }
}
