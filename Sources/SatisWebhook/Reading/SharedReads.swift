import KubernetesClient
import Synchronization

/// Reads of objects, of each at most one at a time.
///
/// A read serves those who come within its lifetime, which begins with the read. Where that is zero, what a call gets was
/// asked for after the call had come: while an object is being read, those who come wait for the next read, which is for
/// all of them.
final class SharedReads<Object: Sendable>: Sendable {
  typealias Instant = ContinuousClock.Instant
  private typealias Answer = Result<Object, KubernetesError>
  private typealias Waiters = [Int: CheckedContinuation<Answer, Never>]

  /// Those who want the same object.
  private struct Line {
    let start: Instant
    var task: Task<Void, Never>?
    var reading: Waiters
    var next: Waiters = [:]
  }

  /// What a read has found.
  private struct Finding {
    let start: Instant
    let answer: Answer
  }

  private struct State {
    var lines: [NamespacedName: Line] = [:]
    var findings: [NamespacedName: Finding] = [:]
    /// Whether somebody takes away findings when they are too old.
    var isSweeping = false
    var lastTicket = 0
  }

  private let lifetime: Duration
  private let now: @Sendable () -> Instant
  private let sleep: @Sendable (Duration) async -> Void
  private let source: @Sendable (NamespacedName) async throws(KubernetesError) -> Object
  private let state = Mutex(State())

  /// - Parameter sleep: lets a lifetime pass before what is too old is taken away.
  init(
    lifetime: Duration = .zero, now: @escaping @Sendable () -> Instant = { .now },
    sleep: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) },
    _ source: @escaping @Sendable (NamespacedName) async throws(KubernetesError) -> Object
  ) {
    self.lifetime = lifetime
    self.now = now
    self.sleep = sleep
    self.source = source
  }

  /// Reads an object, together with others.
  ///
  /// Cancelling the task ends the wait, and the read when nobody else waits for it.
  func read(_ key: NamespacedName) async throws(KubernetesError) -> Object {
    let now = now()
    let (found, ticket) = state.withLock { state in
      state.lastTicket += 1
      return (state.findings[key], state.lastTicket)
    }
    if let found, isAlive(found.start, at: now) { return try found.answer.get() }
    let answer = await withTaskCancellationHandler {
      await withCheckedContinuation { join(key, ticket, $0) }
    } onCancel: {
      leave(key, ticket)
    }
    return try answer.get()
  }

  /// So many calls wait for an object.
  func waiting(for key: NamespacedName) -> Int {
    state.withLock { $0.lines[key].map { $0.reading.count + $0.next.count } ?? 0 }
  }

  /// So many objects are in memory.
  var kept: Int { state.withLock { $0.findings.count } }

  private func join(_ key: NamespacedName, _ ticket: Int, _ waiter: CheckedContinuation<Answer, Never>) {
    let isGone = state.withLock { state in
      // Asked under the lock: whoever is cancelled from here on is found by `leave`.
      guard !Task.isCancelled else { return true }
      guard let line = state.lines[key] else {
        state.lines[key] = line(key, for: [ticket: waiter])
        return false
      }
      // A read that nobody waits for any more is being cancelled.
      if isAlive(line.start, at: now()), !line.reading.isEmpty {
        state.lines[key]?.reading[ticket] = waiter
      } else {
        state.lines[key]?.next[ticket] = waiter
      }
      return false
    }
    if isGone { waiter.resume(returning: .failure(Self.cancelled(key))) }
  }

  private func leave(_ key: NamespacedName, _ ticket: Int) {
    let waiter: CheckedContinuation<Answer, Never>? = state.withLock { state in
      if let waiter = state.lines[key]?.next.removeValue(forKey: ticket) { return waiter }
      let waiter = state.lines[key]?.reading.removeValue(forKey: ticket)
      if state.lines[key]?.reading.isEmpty == true { state.lines[key]?.task?.cancel() }
      return waiter
    }
    waiter?.resume(returning: .failure(Self.cancelled(key)))
  }

  private func isAlive(_ start: Instant, at now: Instant) -> Bool { now - start < lifetime }

  private func line(_ key: NamespacedName, for waiters: Waiters) -> Line {
    let start = now()
    return Line(start: start, task: self.start(key), reading: waiters)
  }

  /// A task of its own, since it outlives the call that happens to have come first.
  private func start(_ key: NamespacedName) -> Task<Void, Never> {
    Task {
      let answer: Answer
      do throws(KubernetesError) {
        answer = .success(try await source(key))
      } catch {
        answer = .failure(error)
      }
      finish(key, answer)
    }
  }

  private func finish(_ key: NamespacedName, _ answer: Answer) {
    let now = now()
    let waiters = state.withLock { state in
      let line = state.lines.removeValue(forKey: key)
      if let line, answer.isOfTheServer, isAlive(line.start, at: now) {
        state.findings[key] = Finding(start: line.start, answer: answer)
        if !state.isSweeping {
          state.isSweeping = true
          Task { [weak self, sleep, lifetime] in
            repeat { await sleep(lifetime) } while self?.sweep() ?? false
          }
        }
      }
      if let next = line?.next, !next.isEmpty { state.lines[key] = self.line(key, for: next) }
      return line?.reading ?? [:]
    }
    for waiter in waiters.values { waiter.resume(returning: answer) }
  }

  /// Takes away what is too old: Secrets are not kept longer than they are of use.
  ///
  /// - Returns: whether there is something left to take away later.
  private func sweep() -> Bool {
    let now = now()
    return state.withLock { state in
      state.findings = state.findings.filter { isAlive($0.value.start, at: now) }
      state.isSweeping = !state.findings.isEmpty
      return state.isSweeping
    }
  }

  private static func cancelled(_ key: NamespacedName) -> KubernetesError {
    KubernetesError(request: "read \(key)", cause: .cancelled)
  }
}

extension Result where Failure == KubernetesError {
  /// Whether it is an object, or that there is none to be seen: to be told as fast as each other, since that there is a
  /// repository is not to be learned from the time.
  fileprivate var isOfTheServer: Bool {
    switch self {
    case .success: true
    case .failure(let error): error.isNotFound || error.isForbidden
    }
  }
}
