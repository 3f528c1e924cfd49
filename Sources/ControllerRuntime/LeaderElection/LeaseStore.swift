import KubernetesClient
import Logging

/// The door to the one Lease.
struct LeaseStore: Sendable {
  let client: KubernetesClient
  let key: NamespacedName

  /// Carries out a request, and gives it up at the deadline.
  ///
  /// - Returns: what came of it, and the error when nothing did.
  func send(
    _ request: LeaseRequest, deadline: ContinuousClock.Instant
  ) async -> (answer: LeaseAnswer, error: KubernetesError?) {
    let answer = await withTaskGroup(of: (LeaseAnswer, KubernetesError?)?.self) { group in
      group.addTask { await carryOut(request) }
      group.addTask {
        try? await ContinuousClock().sleep(until: deadline)
        return nil
      }
      defer { group.cancelAll() }
      return await group.next() ?? nil
    }
    return answer
      ?? (
        .failed, KubernetesError(request: "\(request.verb) Lease \(key)", cause: .unreadable("none in time"))
      )
  }

  private func carryOut(_ request: LeaseRequest) async -> (LeaseAnswer, KubernetesError?) {
    do throws(KubernetesError) {
      return (.found(LeaseRecord(try await lease(after: request))), nil)
    } catch {
      if error.isNotFound { return (.absent, nil) }
      if error.isConflict || error.isAlreadyExists { return (.conflict, nil) }
      return (.failed, error)
    }
  }

  private func lease(after request: LeaseRequest) async throws(KubernetesError) -> Lease {
    switch request {
    case .read: return try await client.get(Lease.self, key)
    case .create(let spec):
      let metadata = ObjectMetadata(name: key.name, namespace: key.namespace)
      return try await client.create(Lease(metadata: metadata, spec: spec))
    case .update(let spec, let version):
      let patch: JSONValue
      do {
        patch = ["spec": try JSONValue(encoding: spec)]
      } catch {
        throw KubernetesError(request: "patch Lease \(key)", cause: .configuration("\(error)"))
      }
      return try await client.mergePatch(Lease.self, key, patch: patch, resourceVersion: version)
    }
  }

  /// Watches this Lease and no other.
  func watcher(logger: Logger) -> Watcher<Lease> {
    Watcher(
      client: client, namespace: key.namespace, fieldSelector: "metadata.name=\(key.name)", logger: logger)
  }
}

extension LeaseRequest {
  fileprivate var verb: String {
    switch self {
    case .read: "get"
    case .create: "create"
    case .update: "patch"
    }
  }
}
