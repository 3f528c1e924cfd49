import KubernetesClient
import Testing

@testable import SatisController

@Suite struct SpreadTests {
  @Test func `a thousand repositories at three o'clock start over five minutes`() throws {
    let schedule = try Schedule("0 3 * * *")
    let run = try #require(Timestamp("2026-01-01T03:00:00Z"))
    let delays = (0..<1_000).map { Spread.delay(uid: "uid-\($0)", schedule: schedule, run: run) }
    #expect(delays.allSatisfy { (0..<300).contains($0) })
    for minute in 0..<5 {
      #expect((150...250).contains(delays.count { $0 / 60 == minute }))
    }
  }

  @Test func `a repository waits as long each time`() {
    let uid = "6f1c1f0a-6a5c-4a52-9d2b-0e8a4a3c1d11"
    #expect(Spread.delay(uid: uid, interval: 86_400) == Spread.delay(uid: uid, interval: 604_800))
    #expect(Spread.delay(uid: uid, interval: 86_400) == 271)
  }

  @Test(arguments: [(60, 6), (600, 60), (3_600, 300), (5, 1), (0, 1)])
  func `a delay stays below a tenth of the time between two runs`(interval: Int64, limit: Int64) {
    for number in 0..<200 {
      #expect((0..<limit).contains(Spread.delay(uid: "\(number)", interval: interval)))
    }
  }
}
