import KubernetesClient

/// Where events are written.
protocol EventWriter: Sendable {
  func create(_ event: Event) async throws(KubernetesError)
  func patch(_ key: NamespacedName, _ patch: JSONValue) async throws(KubernetesError)
}

/// The API server.
struct ClusterEventWriter: EventWriter {
  let client: KubernetesClient

  func create(_ event: Event) async throws(KubernetesError) {
    do throws(KubernetesError) {
      _ = try await client.createReturningMetadata(event)
    } catch {
      // Its name is that of this very event: the answer to an earlier try was lost.
      guard error.isAlreadyExists else { throw error }
    }
  }

  func patch(_ key: NamespacedName, _ patch: JSONValue) async throws(KubernetesError) {
    _ = try await client.mergePatch(Event.self, key, patch: patch, resourceVersion: nil)
  }
}
