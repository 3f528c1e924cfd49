import KubernetesClient
import Logging
import Synchronization
import TestSupport

/// Watches a collection and notes when each object first was what is waited for.
final class Sightings<Object: KubernetesObject>: Sendable {
  private struct State {
    var isListed = false
    var times: [String: ContinuousClock.Instant] = [:]
  }

  private let client: KubernetesClient
  private let namespace: String
  private let isWanted: @Sendable (Object) -> Bool
  private let state = Mutex(State())

  init(
    _ type: Object.Type, in namespace: String, by client: KubernetesClient,
    where isWanted: @escaping @Sendable (Object) -> Bool
  ) {
    self.client = client
    self.namespace = namespace
    self.isWanted = isWanted
  }

  /// Watches while the body runs, which begins when the collection has been listed.
  func during<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
    let watcher = Watcher<Object>(client: client, namespace: namespace, logger: .quiet)
    let watching = Task {
      await watcher.run { update in
        let now = ContinuousClock.now
        switch update {
        case .replaced(let objects, _):
          for object in objects { self.note(object, now) }
          self.state.withLock { $0.isListed = true }
        case .applied(let object): self.note(object, now)
        case .deleted, .unreadable: break
        }
      }
    }
    defer { watching.cancel() }
    try await wait("the list of \(Object.resourceType.plural)") { $0.isListed }
    return try await body()
  }

  /// Waits for an object and returns when it was seen.
  func time(of name: String) async throws -> ContinuousClock.Instant {
    try await wait("\(Object.resourceType.kind) \(name)") { $0.times[name] != nil }
    return state.withLock { $0.times[name] } ?? .now
  }

  /// Waits for as many objects and returns when the last of them was seen.
  func time(ofAll count: Int) async throws -> ContinuousClock.Instant {
    try await wait("\(count) objects of \(Object.resourceType.plural)") { $0.times.count >= count }
    return state.withLock { $0.times.values.max() } ?? .now
  }

  private func note(_ object: Object, _ now: ContinuousClock.Instant) {
    guard isWanted(object) else { return }
    state.withLock { state in
      if state.times[object.metadata.name] == nil { state.times[object.metadata.name] = now }
    }
  }

  /// Looks again and again: what counts is the time that the watch has noted, not when it is read.
  private func wait(_ what: String, until isDone: (State) -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(900)
    while !state.withLock({ isDone($0) }) {
      guard ContinuousClock.now < end else {
        let count = state.withLock { $0.times.count }
        throw BenchmarkError("nothing more happens: waited 15 minutes for \(what) and saw \(count) of them")
      }
      try await Task.sleep(for: .milliseconds(2))
    }
  }
}
