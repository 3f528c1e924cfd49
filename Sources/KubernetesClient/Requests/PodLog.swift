import Curl

extension KubernetesClient {
  /// Reads what a container prints, from its beginning.
  ///
  /// - Parameters:
  ///   - follows: whether it goes on until the container ends.
  ///   - handle: gets the bytes as they come; where they are split means nothing.
  /// - Throws: `KubernetesError`, which is `isInvalid` for a container that has not started, and `isNotFound` when the pod
  ///   is gone. Errors of `handle` pass through. Cancelling the task closes the connection.
  public func log(
    of pod: NamespacedName, container: String, follows: Bool, handle: ([UInt8]) async throws -> Void
  ) async throws {
    var request = APIRequest(verb: .get, on: Pod.resourceType, key: pod, subresource: .log)
    request.query("container", container)
    if follows { request.query("follow", "true") }
    // A program may print nothing for as long as it likes.
    try await transport.stream(request, silence: follows ? nil : limits.requestTimeout) { body in
      for try await piece in body { try await handle(piece) }
    }
  }
}
