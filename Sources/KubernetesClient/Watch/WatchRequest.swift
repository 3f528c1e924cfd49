import Synchronization

/// Where a watch begins.
enum WatchStart: Sendable {
  /// After a version of the collection.
  case version(String)
  /// With all objects there are, at a version that is not older than the given one.
  case streamingList(notOlderThan: String?)
}

extension KubernetesClient {
  /// Watches a collection and hands over each event, until the server ends the watch.
  ///
  /// - Parameters:
  ///   - timeoutSeconds: when the server shall end the watch; silence beyond that means a dead connection.
  ///   - opened: called when the server has accepted.
  /// - Throws: `KubernetesError`; also for an `ERROR` event, whose `Status` it carries. Errors of `handle` pass
  ///   through. Cancelling the task closes the connection.
  func watch<Object: KubernetesObject>(
    _ type: Object.Type,
    in namespace: String?,
    labelSelector: String?,
    fieldSelector: String? = nil,
    from start: WatchStart,
    timeoutSeconds: Int,
    opened: () -> Void = {},
    handle: (WatchEvent<Object>) async throws -> Void
  ) async throws {
    var request = APIRequest(verb: .watch, on: Object.resourceType, namespace: namespace)
    request.query("watch", "true")
    request.query("labelSelector", labelSelector)
    request.query("fieldSelector", fieldSelector)
    request.query("allowWatchBookmarks", "true")
    request.query("timeoutSeconds", String(timeoutSeconds))
    if Object.isMetadataOnly { request.reducedKind = "PartialObjectMetadata" }
    let quiet = limits.silence(ofWatch: timeoutSeconds)
    var silence = quiet
    switch start {
    case .version(let version):
      request.query("resourceVersion", version)
    case .streamingList(let version):
      request.query("sendInitialEvents", "true")
      request.query("resourceVersion", version)
      request.query("resourceVersionMatch", "NotOlderThan")
      silence = limits.streamingListSilence
    }
    try await transport.lines(request, silence: silence, opened: opened) { line, limitSilence in
      let event: WatchEvent<Object>
      do throws(JSONCodingError) {
        event = try WatchEvent(line: line)
      } catch {
        throw KubernetesError(request: request.description, cause: .unreadable(error.description))
      }
      switch event {
      case .failure(let status): throw KubernetesError(request: request.description, cause: .status(status))
      case .bookmark(_, true): limitSilence(quiet)
      case .applied, .deleted, .unreadable, .bookmark: break
      }
      try await handle(event)
    }
  }
}

/// What one client has learnt of its server: all its watches ask once at most.
final class StreamingLists: Sendable {
  private let served = Mutex(true)

  /// Whether it is worth asking for a streaming list.
  var areServed: Bool { served.withLock { $0 } }

  /// The server has none.
  ///
  /// - Returns: whether that is news.
  func refuse() -> Bool {
    served.withLock { served in
      defer { served = false }
      return served
    }
  }
}
