/// What a client tells whoever measures it.
public enum ClientObservation: Sendable {
  /// A request was answered, or failed.
  case request(Request)
  /// Something happened to the watch of a resource, which is named in the plural.
  case watch(resource: String, Incident)

  /// One exchange with the API server.
  public struct Request: Sendable {
    /// The verb by which Kubernetes authorizes it, as in `list`.
    public let verb: String
    /// The HTTP method.
    public let method: String
    /// The resource, in the plural.
    public let resource: String
    /// The HTTP code; nil when there was no answer.
    public let code: Int?
    /// Until the answer was there, or, of a watch, its first line; or until the failure.
    public let duration: Duration

    /// Describes an exchange.
    public init(verb: String, method: String, resource: String, code: Int?, duration: Duration) {
      self.verb = verb
      self.method = method
      self.resource = resource
      self.code = code
      self.duration = duration
    }
  }

  /// A step in the life of a watch.
  public enum Incident: Sendable, Hashable {
    /// There is one, though it does nothing yet.
    case created
    /// A whole list has come.
    case listed
    /// The watch itself begins.
    case began
    /// An event has come.
    case event(EventKind)
    /// The list or the watch was interrupted, because its version had expired or for another reason.
    case failed(isExpired: Bool)
  }

  /// What an event of a watch tells.
  public enum EventKind: String, Sendable, CaseIterable {
    /// An object is new or changed.
    case applied
    /// An object is gone.
    case deleted
    /// Nothing happened up to a version.
    case bookmark
    /// An object does not fit its type.
    case unreadable
  }
}

extension WatchEvent {
  /// What it tells; nil for a failure, which is no event of an object.
  var kind: ClientObservation.EventKind? {
    switch self {
    case .applied: .applied
    case .deleted: .deleted
    case .bookmark: .bookmark
    case .unreadable: .unreadable
    case .failure: nil
    }
  }
}
