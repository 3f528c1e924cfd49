import KubernetesClient
import Logging
import SatisAPI

/// The way of a call: admission, proof, event, build.
///
/// What a call to a repository needs is read from what the API server has in its memory, which is enough to take a push: a
/// build for a repository or a source that is no longer there ends with a message, and a secret that was taken away a
/// moment ago was a good one until then. Nobody is refused and no push ignored because of what was read there: before
/// such a verdict everything is read again, live, so that a secret or a source that was added a moment ago counts at
/// once.
struct DeliveryHandler: Sendable {
  let store: any BuildStore
  private let recentStore: any BuildStore
  /// The only namespace whose repositories are served; nil for all.
  let namespace: String?
  /// For all requests to the API server together: git hosts wait for 10 seconds and count silence as failure.
  let timeLimit: Duration
  /// Is told what is wrong in the cluster with a call that is answered all the same.
  private let warn: @Sendable (String) -> Void
  private let secretNames = SecretNames()
  private let configurations = KnownConfigurations()

  init(
    store: any BuildStore, namespace: String?, timeLimit: Duration,
    warn: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.warn = warn
    self.store = store
    recentStore = store.recent
    self.namespace = namespace
    self.timeLimit = timeLimit
  }

  /// Answers a call.
  ///
  /// Nothing is made unless the answer is `created`, or what the API server answered was lost.
  func answer(_ delivery: Delivery, from host: any GitHost, to address: Address) async -> Answer {
    let answer = await withTimeLimit(timeLimit) { () async -> Answer in
      do throws(Refusal) {
        return try await handle(delivery, from: host, to: address)
      } catch {
        return .refused(error)
      }
    }
    return answer ?? .refused(.unavailable("no answer within \(timeLimit)"))
  }

  private func handle(
    _ delivery: Delivery, from host: any GitHost, to address: Address
  ) async throws(Refusal) -> Answer {
    if let reason = host.trial(in: delivery.headers) { return .ignored(reason: reason) }
    let proof = try host.proof(in: delivery)
    // Of a whole namespace, some repositories may take a call that others, by an old secret, would not.
    return try await handle(delivery, proof, from: host, to: address, isLive: address.repository == nil)
  }

  private func handle(
    _ delivery: Delivery, _ proof: Proof, from host: any GitHost, to address: Address, isLive: Bool
  ) async throws(Refusal) -> Answer {
    let store = ReadAhead(isLive ? store : recentStore, known: secretNames)
    defer { store.end() }
    let admitted: Admitted
    do throws(Refusal) {
      admitted = try await admit(delivery, proof: proof, to: address, store)
    } catch {
      // When the time is up, the first reason says more than that nobody waits.
      guard !isLive, !Task.isCancelled else { throw error }
      return try await handle(delivery, proof, from: host, to: address, isLive: true)
    }
    switch try host.event(in: admitted.delivery) {
    case .ping: return .pong
    case .other(let reason): return .ignored(reason: reason)
    case .push(let push):
      let answer: Answer
      do throws(KubernetesError) {
        answer = try await PushHandler(
          store: store, isLive: isLive, provider: host.provider, configurations: configurations
        ).answer(push, to: admitted.repositories, at: address)
      } catch {
        throw unavailable(error)
      }
      if answer.isIgnored, !isLive {
        return try await handle(delivery, proof, from: host, to: address, isLive: true)
      }
      // They may list the source as well. A refusal would build them no sooner, and hosts switch off hooks that are refused.
      for object in admitted.unreadable.prefix(8) { warn(object.asProblem) }
      return answer
    }
  }

  /// A call whose sender is known, and where it goes.
  private struct Admitted {
    let delivery: VerifiedDelivery
    let repositories: [SatisRepository]
    /// Repositories that it may go to as well, which this program does not understand.
    var unreadable: [UnreadableObject] = []
  }

  private func admit(
    _ delivery: Delivery, proof: Proof, to address: Address, _ store: any BuildStore
  ) async throws(Refusal) -> Admitted {
    guard let repository = address.repository else {
      return try await admit(delivery, proof: proof, toAllOf: address.namespace, store)
    }
    let key = NamespacedName(namespace: address.namespace, name: repository)
    let admission: Admission
    do throws(KubernetesError) {
      admission = try await Admission(to: key, served: namespace, store: store)
    } catch {
      throw unavailable(error)
    }
    do throws(Refusal) {
      let verified = try VerifiedDelivery(delivery, proof: proof, secrets: admission.secrets)
      guard let repository = admission.repository else {
        throw .unauthorized("the repository does not exist")
      }
      return Admitted(delivery: verified, repositories: [repository])
    } catch {
      throw .unauthorized(([error.reason] + admission.problems).joined(separator: "; "))
    }
  }

  private func admit(
    _ delivery: Delivery, proof: Proof, toAllOf namespace: String, _ store: any BuildStore
  ) async throws(Refusal) -> Admitted {
    let (admissions, unreadable): ([Admission], [UnreadableObject])
    do throws(KubernetesError) {
      (admissions, unreadable) = try await Admission.all(in: namespace, served: self.namespace, store: store)
    } catch {
      throw unavailable(error)
    }
    let admission = try NamespaceAdmission(
      delivery, proof: proof, among: admissions, unreadable: unreadable)
    return Admitted(
      delivery: admission.delivery, repositories: admission.repositories, unreadable: admission.unreadable)
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
