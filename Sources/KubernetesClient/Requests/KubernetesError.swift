public import Curl

/// Why a request to the API server brought no answer that can be used.
public struct KubernetesError: Error, CustomStringConvertible {
  /// What was asked, as in `get secret shop/github`.
  public var request: String
  /// What came instead of an answer.
  public var cause: Cause
  /// How long the server wants to be left alone, where it said so.
  public var retryAfter: Duration?

  /// What came instead of an answer.
  public enum Cause: Sendable {
    /// No HTTP answer: the connection failed or ended.
    case transport(CurlError)
    /// The server refused; its reasons.
    case status(Status)
    /// The answer is not what the API promises.
    case unreadable(String)
    /// The request could not be built or the credentials could not be read.
    case configuration(String)
    /// Nobody waits for the answer any more.
    case cancelled
  }

  /// The `Status` object by which the API server explains a failure.
  public struct Status: Codable, Hashable, Sendable {
    /// HTTP code.
    public var code: Int
    /// One word, such as `NotFound`, `AlreadyExists` or `Expired`.
    public var reason: String?
    /// A sentence.
    public var message: String?

    /// Creates a status.
    public init(code: Int, reason: String? = nil, message: String? = nil) {
      self.code = code
      self.reason = reason
      self.message = message
    }
  }

  /// Describes a failed request.
  public init(request: String, cause: Cause, retryAfter: Duration? = nil) {
    self.request = request
    self.cause = cause
    self.retryAfter = retryAfter
  }

  /// The server's refusal, when it was one.
  public var status: Status? {
    guard case .status(let status) = cause else { return nil }
    return status
  }

  /// The server does not let the client do this: by its rights, or by a quota.
  public var isForbidden: Bool { status?.code == 403 }
  /// The object does not exist.
  public var isNotFound: Bool { status?.code == 404 }
  /// An object of this name is there already.
  public var isAlreadyExists: Bool { status?.code == 409 && status?.reason == "AlreadyExists" }
  /// The object has changed since it was read.
  public var isConflict: Bool { status?.code == 409 && status?.reason != "AlreadyExists" }
  /// The version asked for has been compacted away; as HTTP code and within a watch.
  public var isExpired: Bool { status?.code == 410 }
  /// The object was refused as invalid.
  public var isInvalid: Bool { status?.code == 422 || status?.code == 400 }
  /// The task was cancelled, so that nobody waits for the answer.
  public var isCancelled: Bool {
    switch cause {
    case .cancelled: true
    case .transport(let error): error.phase == .cancelled
    case .status, .unreadable, .configuration: false
    }
  }

  /// A limit of time passed without an answer, or a watch fell silent.
  var isTimeout: Bool {
    guard case .transport(let error) = cause else { return false }
    return error.phase == .timeout
  }

  /// The answer, or a line of it, is not what the API promises.
  var isUnreadable: Bool {
    guard case .unreadable = cause else { return false }
    return true
  }

  /// The server does not have the version that a list should not be older than: it has expired (410), is ahead of
  /// all that there is, as after a restore (504), or is none of this server's (400).
  var isBeyondVersion: Bool { [410, 504, 400].contains(status?.code) }

  /// The text for messages.
  public var description: String {
    switch cause {
    case .transport(let error): "\(request): \(error)"
    case .status(let status):
      "\(request): \(status.message ?? status.reason ?? "refused") (HTTP \(status.code))"
    case .unreadable(let problem): "\(request): the answer cannot be read: \(problem)"
    case .configuration(let problem): "\(request): \(problem)"
    case .cancelled: "\(request): cancelled"
    }
  }
}
