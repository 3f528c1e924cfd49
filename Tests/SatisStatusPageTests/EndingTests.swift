import ServiceLifecycle
import ServiceLifecycleTestKit
import Testing

@testable import SatisStatusPage

@Suite(.timeLimit(.minutes(1))) struct EndingTests {
  private struct Problem: Error {}

  /// A server with a connection that never ends.
  private let endless: @Sendable () async -> Void = {
    let never = AsyncStream<Never>.makeStream()
    for await _ in never.stream {}
    withExtendedLifetime(never.continuation) {}
  }

  @Test func `what does not end by itself after graceful shutdown is cut off`() async throws {
    try await testGracefulShutdown { shutdown in
      shutdown.triggerGracefulShutdown()
      try await endingSoon(after: {}, endless)
    }
  }

  @Test func `what ends by itself is not waited for`() async throws {
    try await testGracefulShutdown { shutdown in
      shutdown.triggerGracefulShutdown()
      try await endingSoon(after: endless) {}
    }
    try await endingSoon(after: endless) {}
  }

  @Test func `a server that fails without having been told to end is a failure`() async {
    await #expect(throws: Problem.self) {
      try await endingSoon(after: endless) { throw Problem() }
    }
  }
}
