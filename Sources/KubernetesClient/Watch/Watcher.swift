public import Logging

/// Keeps a store in step with one collection: gets it, watches it, and starts again when it must.
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
    var state = WatchState<Object>(streamsLists: client.streamingLists.areServed)
    while !Task.isCancelled {
      do {
        if !client.streamingLists.areServed { state.giveUpStreaming() }
        switch state.next {
        case .wait(let delay):
          try await client.sleep(delay)
          state.waited()
        case .list(let version, let token):
          let page = try await client.longList(
            Object.self, in: namespace, labelSelector: labelSelector, fieldSelector: fieldSelector,
            limit: Self.pageSize, notOlderThan: version, continueToken: token)
          health?.succeeded()
          if let change = state.listed(page) { await take(change, update) }
        case .stream(let version):
          tell(.began)
          try await watch(from: .streamingList(notOlderThan: version), &state, update)
        case .watch(let version):
          tell(.began)
          try await watch(from: .version(version), &state, update)
        }
      } catch let error as KubernetesError {
        guard !error.isCancelled else { return }
        let asked = state.streamsLists
        state.failed(error, at: .now, jitter: .random(in: 0..<1))
        guard !asked || state.streamsLists else {
          remember(state)
          continue
        }
        health?.failed()
        tell(.failed(isExpired: error.isExpired))
        logger.log(
          level: error.isExpired ? .info : .warning, "the watch is interrupted and begins again",
          metadata: ["resource": "\(Object.resourceType.plural)", "cause": "\(error)"])
      } catch is Abandoned {
        remember(state)
      } catch {
        return  // Only cancellation is left.
      }
    }
  }

  /// Hands an update on.
  private func take(
    _ change: WatchUpdate<Object>, _ update: @Sendable (WatchUpdate<Object>) async -> Void
  ) async {
    if case .replaced = change { tell(.listed) }
    await update(change)
  }

  private func tell(_ incident: ClientObservation.Incident) {
    client.observe(.watch(resource: Object.resourceType.plural, incident))
  }

  private func watch(
    from start: WatchStart, _ state: inout WatchState<Object>,
    _ update: @Sendable (WatchUpdate<Object>) async -> Void
  ) async throws {
    let started = ContinuousClock.now
    let seconds = Int.random(in: client.limits.watchSeconds)
    var sawEvent = false
    try await client.watch(
      Object.self, in: namespace, labelSelector: labelSelector, fieldSelector: fieldSelector, from: start,
      timeoutSeconds: seconds,
      opened: {
        health?.succeeded()
        state.opened()
      },
      handle: { event in
        sawEvent = true
        health?.succeeded()
        if let kind = event.kind { tell(.event(kind)) }
        if let change = state.received(event) { await take(change, update) }
        guard state.isStreaming else { throw Abandoned() }
      })
    health?.succeeded()
    let early = !sawEvent && ContinuousClock.now - started < .seconds(1)
    state.ended(early: early, at: .now, jitter: .random(in: 0..<1))
  }

  /// The state has no use for the rest of a stream.
  private struct Abandoned: Error {}

  /// Says once that the server has no streaming lists, which is no failure.
  private func remember(_ state: WatchState<Object>) {
    if !state.streamsLists, client.streamingLists.refuse() {
      logger.info("the server has no streaming lists, so lists are read in pages")
    }
  }
}
