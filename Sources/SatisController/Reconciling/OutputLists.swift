import KubernetesClient
import SatisAPI
import Synchronization

/// Live lists of what belongs to outputs, put together: what is asked for while a list is under way shares the next one.
///
/// A list by label is dear for a server: before Kubernetes 1.31 it reads every object of the namespace from its storage
/// and passes over all others. A thousand repositories that start at once must not ask for a thousand of them. Whoever
/// asks gets a list that began after that, so it is as live as one of their own.
final class OutputLists<Object: KubernetesObject>: Sendable {
  /// Lists the objects of a namespace that carry the labels.
  typealias Request =
    @Sendable (_ namespace: String, _ labelSelector: String) async throws(KubernetesError) -> [Object]

  /// What one list answers.
  private struct Round {
    var outputs: Set<String> = []
    var waiting: [CheckedContinuation<Turn, Never>] = []
  }

  /// How somebody who waits goes on.
  private enum Turn: Sendable {
    /// Make the request of the round that is next.
    case ask
    /// The objects of all outputs of the round.
    case answer(Result<[Object], KubernetesError>)
    /// Nobody asked after all.
    case again
  }

  /// The next round of each namespace where a request is under way.
  private let next = Mutex<[String: Round]>([:])
  private let request: Request

  init(_ request: @escaping Request) {
    self.request = request
  }

  /// The objects of some outputs, by the values of their label.
  func objects(of outputs: Set<String>, in namespace: String) async throws(KubernetesError) -> [Object] {
    while true {
      switch await turn(outputs, namespace) {
      case .ask: return try await ask(outputs, namespace).get().filter { outputs.contains($0.output) }
      case .answer(let answer): return try answer.get().filter { outputs.contains($0.output) }
      case .again: continue
      }
    }
  }

  /// How many wait for the list after the one that is under way.
  func waiting(in namespace: String) -> Int { next.withLock { $0[namespace]?.waiting.count ?? 0 } }

  private func turn(_ outputs: Set<String>, _ namespace: String) async -> Turn {
    await withCheckedContinuation { continuation in
      let isFirst = next.withLock { next in
        guard next[namespace] != nil else {
          next[namespace] = Round()
          return true
        }
        next[namespace]?.outputs.formUnion(outputs)
        next[namespace]?.waiting.append(continuation)
        return false
      }
      if isFirst { continuation.resume(returning: .ask) }
    }
  }

  /// Makes the request for everybody who waits by now, and then gives the turn to somebody who came later.
  private func ask(_ own: Set<String>, _ namespace: String) async -> Result<[Object], KubernetesError> {
    let round = next.withLock { next in
      let round = next[namespace] ?? Round()
      next[namespace] = Round()
      return round
    }
    let outputs = round.outputs.union(own).sorted().joined(separator: ",")
    let answer: Result<[Object], KubernetesError>
    do throws(KubernetesError) {
      answer = .success(try await request(namespace, "\(ResourceNames.outputLabel) in (\(outputs))"))
    } catch {
      answer = .failure(error)
    }
    // That this task was cancelled is nothing to the others.
    let isCancelled = if case .failure(let error) = answer { error.isCancelled } else { false }
    for waiting in round.waiting { waiting.resume(returning: isCancelled ? .again : .answer(answer)) }
    let successor = next.withLock { next -> CheckedContinuation<Turn, Never>? in
      guard next[namespace]?.waiting.isEmpty == false else {
        next[namespace] = nil
        return nil
      }
      return next[namespace]?.waiting.removeFirst()
    }
    successor?.resume(returning: .ask)
    return answer
  }
}

extension KubernetesObject {
  /// The value of the output's label.
  fileprivate var output: String { metadata.labels?[ResourceNames.outputLabel] ?? "" }
}
