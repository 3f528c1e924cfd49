public import Logging

/// Keeps a store in step with one collection: lists it, watches it, and starts again when it must.
public struct Watcher<Object: KubernetesObject>: Sendable {
  private let client: KubernetesClient
  private let namespace: String?
  private let labelSelector: String?
  private let fieldSelector: String?
  private let health: WatchHealth?
  private let logger: Logger

  /// Objects of a page (client-go's default).
  private static var pageSize: Int { 500 }

  /// Watches the objects of a namespace, or of all with nil, that carry the labels and have the fields.
  ///
  /// - Parameter health: is told of every success and failure.
  public init(
    client: KubernetesClient, namespace: String?, labelSelector: String? = nil, fieldSelector: String? = nil,
    health: WatchHealth? = nil, logger: Logger
  ) {
    self.client = client
    self.namespace = namespace
    self.labelSelector = labelSelector
    self.fieldSelector = fieldSelector
    self.health = health
    self.logger = logger
    tell(.created)
  }

  /// Runs until its task is cancelled.
  ///
  /// Updates come one at a time, in the order of the server.
  public func run(_ update: @escaping @Sendable (WatchUpdate<Object>) async -> Void) async {
    var state = WatchState<Object>()
    while !Task.isCancelled {
      do {
        switch state.next {
        case .wait(let delay):
          try await Task.sleep(for: delay)
          state.waited()
        case .list(let token):
          let page = try await client.list(
            Object.self, in: namespace, labelSelector: labelSelector, fieldSelector: fieldSelector,
            limit: Self.pageSize, continueToken: token)
          health?.succeeded()
          if let change = state.listed(page) {
            tell(.listed)
            await update(change)
          }
        case .watch(let version):
          tell(.began)
          try await watch(from: version, &state, update)
        }
      } catch let error as KubernetesError {
        guard !error.isCancelled else { return }
        health?.failed()
        tell(.failed(isExpired: error.isExpired))
        state.failed(expired: error.isExpired, jitter: .random(in: 0..<1))
        logger.log(
          level: error.isExpired ? .info : .warning, "the watch is interrupted and begins again",
          metadata: ["resource": "\(Object.resourceType.plural)", "cause": "\(error)"])
      } catch {
        return  // Only cancellation is left.
      }
    }
  }

  private func tell(_ incident: ClientObservation.Incident) {
    client.observe(.watch(resource: Object.resourceType.plural, incident))
  }

  private func watch(
    from version: String, _ state: inout WatchState<Object>,
    _ update: @Sendable (WatchUpdate<Object>) async -> Void
  ) async throws {
    let started = ContinuousClock.now
    // Spread, so that the watches of many clients do not all end together.
    let seconds = Int.random(in: 290...580)
    var sawEvent = false
    try await client.watch(
      Object.self, in: namespace, labelSelector: labelSelector, fieldSelector: fieldSelector,
      resourceVersion: version, timeoutSeconds: seconds
    ) { event in
      sawEvent = true
      health?.succeeded()
      if let kind = event.kind { tell(.event(kind)) }
      if let change = state.received(event) { await update(change) }
    }
    health?.succeeded()
    state.ended(early: !sawEvent && ContinuousClock.now - started < .seconds(1), jitter: .random(in: 0..<1))
  }
}
