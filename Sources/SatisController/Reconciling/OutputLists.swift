import KubernetesClient
import SatisAPI
import Synchronization

/// Live lists of what belongs to outputs, put together: what is asked for while a list is under way shares the next one.
///
/// A list by label is dear for a server: before Kubernetes 1.31 it reads every object of the namespace from its storage
/// and passes over all others. A thousand repositories that start at once must not ask for a thousand of them. Whoever
/// asks gets a list that began after that, so it is as live as one of their own. After each list the server rests for as
/// long as the list took, so that however many ask here, it is at this half of the time at most.
final class OutputLists<Object: KubernetesObject>: Sendable {
  typealias Instant = ContinuousClock.Instant
  /// Lists the objects of a namespace that carry the labels.
  typealias Request =
    @Sendable (_ namespace: String, _ labelSelector: String) async throws(KubernetesError)
    -> ObjectList<Object>

  private typealias Answer = Result<ObjectList<Object>, KubernetesError>

  /// What one list answers.
  private struct Round {
    var outputs: Set<String> = []
    var waiting: [CheckedContinuation<Turn, Never>] = []
  }

  /// What is known of a namespace.
  private struct State {
    /// The next round, where a request is under way.
    var next: Round?
    /// When the server has rested from the last request.
    var restEnd: Instant?
  }

  /// How somebody who waits goes on.
  private enum Turn: Sendable {
    /// Make the request of the round that is next.
    case ask
    /// The objects of all outputs of the round.
    case answer(Answer)
    /// Nobody asked after all.
    case again
  }

  private let states = Mutex<[String: State]>([:])
  private let now: @Sendable () -> Instant
  private let sleep: @Sendable (_ until: Instant) async throws -> Void
  private let request: Request

  /// - Parameter sleep: lets the server rest.
  init(
    now: @escaping @Sendable () -> Instant = { .now },
    sleep: @escaping @Sendable (_ until: Instant) async throws -> Void = {
      try await Task.sleep(until: $0, clock: .continuous)
    },
    _ request: @escaping Request
  ) {
    self.now = now
    self.sleep = sleep
    self.request = request
  }

  /// The objects of some outputs, by the values of their label.
  func objects(
    of outputs: Set<String>, in namespace: String
  ) async -> Result<ObjectList<Object>, KubernetesError> {
    while true {
      let answer: Answer
      switch await turn(outputs, namespace) {
      case .ask: answer = await ask(outputs, namespace)
      case .answer(let others): answer = others
      case .again: continue
      }
      return answer.map { list in
        var own = list
        own.items = list.items.filter { outputs.contains($0.output) }
        return own
      }
    }
  }

  /// Whether a list could begin at once.
  func isFree(in namespace: String) -> Bool {
    states.withLock { states in
      guard let state = states[namespace] else { return true }
      return state.next == nil && state.restEnd.map { $0 <= now() } ?? true
    }
  }

  /// How many wait for the list after the one that is under way.
  func waiting(in namespace: String) -> Int { states.withLock { $0[namespace]?.next?.waiting.count ?? 0 } }

  private func turn(_ outputs: Set<String>, _ namespace: String) async -> Turn {
    await withCheckedContinuation { continuation in
      let isFirst = states.withLock { states in
        guard states[namespace]?.next != nil else {
          states[namespace, default: State()].next = Round()
          return true
        }
        states[namespace]?.next?.outputs.formUnion(outputs)
        states[namespace]?.next?.waiting.append(continuation)
        return false
      }
      if isFirst { continuation.resume(returning: .ask) }
    }
  }

  /// Makes the request for everybody who waits by then, and afterwards gives the turn to somebody who came later.
  private func ask(_ own: Set<String>, _ namespace: String) async -> Answer {
    if let restEnd = states.withLock({ $0[namespace]?.restEnd }), restEnd > now() {
      // Who is cancelled here finds out by the request.
      try? await sleep(restEnd)
    }
    let round = states.withLock { states in
      let round = states[namespace]?.next ?? Round()
      states[namespace]?.next = Round()
      return round
    }
    let startTime = now()
    let answer = await list(round.outputs.union(own), namespace)
    let endTime = now()
    // That this task was cancelled is nothing to the others.
    let isCancelled = if case .failure(let error) = answer { error.isCancelled } else { false }
    for waiting in round.waiting { waiting.resume(returning: isCancelled ? .again : .answer(answer)) }
    let successor = states.withLock { states -> CheckedContinuation<Turn, Never>? in
      states[namespace]?.restEnd = endTime + (endTime - startTime)
      guard states[namespace]?.next?.waiting.isEmpty == false else {
        states[namespace]?.next = nil
        return nil
      }
      return states[namespace]?.next?.waiting.removeFirst()
    }
    successor?.resume(returning: .ask)
    return answer
  }

  private func list(_ outputs: Set<String>, _ namespace: String) async -> Answer {
    let values = outputs.sorted().joined(separator: ",")
    do throws(KubernetesError) {
      return .success(try await request(namespace, "\(ResourceNames.outputLabel) in (\(values))"))
    } catch {
      return .failure(error)
    }
  }
}

extension KubernetesObject {
  /// The value of the output's label.
  fileprivate var output: String { metadata.labels?[ResourceNames.outputLabel] ?? "" }
}
