import ServiceLifecycle

/// Runs a server, which ends by itself after graceful shutdown, and cuts it off where that takes too long.
///
/// A browser that does not read would keep it waiting, and with it the whole process.
///
/// - Parameter patience: waits for as long as is granted.
/// - Throws: what the server throws, unless it has been cut off.
func endingSoon(
  after patience: @escaping @Sendable () async -> Void, _ serve: @escaping @Sendable () async throws -> Void
) async throws {
  try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { try await serve() }
    group.addTask {
      guard (try? await gracefulShutdown()) != nil else { return }
      await patience()
    }
    try await group.next()
    group.cancelAll()
  }
}
