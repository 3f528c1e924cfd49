import Logging
import Synchronization
import Testing

@testable import ControllerRuntime
@testable import KubernetesClient

@Suite struct WatchHealthTests {
  private let start = ContinuousClock.now
  private let elapsed = Elapsed()

  private final class Elapsed: Sendable {
    let time = Mutex(Duration.zero)
  }

  private func health() -> WatchHealth {
    WatchHealth { [start, elapsed] in start + elapsed.time.withLock { $0 } }
  }

  private func pass(minutes: Int) {
    elapsed.time.withLock { $0 += .seconds(60 * minutes) }
  }

  @Test func `a watch that fails again and again lives, but what it has shown is too old to trust`() {
    let health = health()
    for _ in 0..<16 {
      pass(minutes: 1)
      health.failed()
    }
    #expect(HealthCheck.watchMoves(health, of: "pods").look() == .good())
    let finding = HealthCheck.watchIsFresh(health, of: "pods").look()
    #expect(finding == .bad("has not reached the API server for 960 s"))
  }

  @Test func `a watch that neither succeeds nor fails stands still`() {
    let health = health()
    pass(minutes: 15)
    #expect(HealthCheck.watchMoves(health, of: "pods").look() == .good())
    pass(minutes: 1)
    #expect(HealthCheck.watchMoves(health, of: "pods").look() == .bad("stands still for 960 s"))
  }

  @Test func `a watch is interrupted from a failure to the next success`() {
    let health = health()
    #expect(!health.isInterrupted)
    pass(minutes: 1)
    health.failed()
    #expect(health.isInterrupted)
    pass(minutes: 1)
    health.succeeded()
    #expect(!health.isInterrupted)
  }

  @Test func `a success is both`() {
    let health = health()
    pass(minutes: 16)
    health.succeeded()
    #expect(HealthCheck.watchMoves(health, of: "pods").look() == .good())
    #expect(HealthCheck.watchIsFresh(health, of: "pods").look() == .good())
  }
}
