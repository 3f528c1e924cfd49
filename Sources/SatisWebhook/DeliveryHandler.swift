import KubernetesClient
import Logging
import SatisAPI

/// The way of a call: admission, proof, event, build.
struct DeliveryHandler: Sendable {
  let store: any BuildStore
  /// The only namespace whose repositories are served; nil for all.
  let namespace: String?
  /// For all requests to the API server together: git hosts wait for 10 seconds and count silence as failure.
  let timeLimit: Duration
  private let secretNames = SecretNames()

  init(store: any BuildStore, namespace: String?, timeLimit: Duration) {
    self.store = store
    self.namespace = namespace
    self.timeLimit = timeLimit
  }

  /// Answers a call.
  ///
  /// Nothing is made unless the answer is `created`, or what the API server answered was lost.
  func answer(_ delivery: Delivery, from host: any GitHost, to key: NamespacedName) async -> Answer {
    let answer = await withTimeLimit(timeLimit) { () async -> Answer in
      do throws(Refusal) {
        return try await handle(delivery, from: host, to: key)
      } catch {
        return .refused(error)
      }
    }
    return answer ?? .refused(.unavailable("no answer within \(timeLimit)"))
  }

  private func handle(
    _ delivery: Delivery, from host: any GitHost, to key: NamespacedName
  ) async throws(Refusal) -> Answer {
    let proof = try host.proof(in: delivery.headers)
    let (verified, repository) = try await admit(delivery, proof: proof, to: key)
    switch try host.event(in: verified) {
    case .ping: return .pong
    case .other(let reason): return .ignored(reason: reason)
    case .push(let push): return try await store(SatisBuild(for: push, from: host.provider, to: repository))
    }
  }

  private func admit(
    _ delivery: Delivery, proof: Proof, to key: NamespacedName
  ) async throws(Refusal) -> (VerifiedDelivery, SatisRepository) {
    let admission: Admission
    do throws(KubernetesError) {
      admission = try await Admission(to: key, served: namespace, store: store, known: secretNames)
    } catch {
      throw unavailable(error)
    }
    do throws(Refusal) {
      let verified = try VerifiedDelivery(delivery, proof: proof, secrets: admission.secrets)
      guard let repository = admission.repository else {
        throw .unauthorized("the repository does not exist")
      }
      return (verified, repository)
    } catch {
      throw .unauthorized(([error.reason] + admission.problems).joined(separator: "; "))
    }
  }

  private func store(_ build: SatisBuild) async throws(Refusal) -> Answer {
    do throws(KubernetesError) {
      try await store.create(build)
      return .created(build.key)
    } catch {
      guard error.isAlreadyExists else { throw unavailable(error) }
      return .duplicate(build.key)
    }
  }

  private func unavailable(_ error: KubernetesError) -> Refusal {
    .unavailable(error.isCancelled ? "\(error.request): no answer within \(timeLimit)" : error.description)
  }
}

/// Does work and cancels it after a time; its result is then what it makes of the cancellation.
private func withTimeLimit<Value: Sendable>(
  _ limit: Duration, _ work: @escaping @Sendable () async -> Value
) async -> Value? {
  await withTaskGroup(of: Value?.self) { group in
    group.addTask { await work() }
    group.addTask {
      try? await Task.sleep(for: limit)
      return nil
    }
    for await value in group {
      group.cancelAll()
      if let value { return value }
    }
    return nil
  }
}
