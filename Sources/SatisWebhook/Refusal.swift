/// Why a call is refused: what its sender is told, and what is written to the log.
enum Refusal: Error, Hashable {
  /// The sender has not shown that it holds the secret. The reason is for the log: the sender is told the same
  /// whatever it is, so that nobody learns from outside which repositories exist.
  case unauthorized(String)
  /// The call holds the secret but cannot be read.
  case malformed(String)
  /// The body is longer than so many bytes.
  case tooLarge(limit: Int)
  /// The build could not be stored now. The reason is for the log, since it names objects of the cluster.
  case unavailable(String)
  /// More calls, or more bytes, are on their way than the service takes on at once. Tells which limit it is.
  case overloaded(String)
  /// The call did not become whole in time. Tells what was late.
  case timeout(String)
  /// The header is longer than so many bytes, or has too many fields.
  case headerTooLarge(limit: Int)
  /// What came is not HTTP, or ends before it is whole.
  case badHTTP
  /// There is something at the path, but for another method.
  case methodNotAllowed(allowed: String)
  /// There is nothing at the path.
  case unknownPath

  /// One word for programs.
  var code: String {
    switch self {
    case .unauthorized: "unauthorized"
    case .malformed: "malformed"
    case .tooLarge: "too_large"
    case .unavailable: "unavailable"
    case .overloaded: "overloaded"
    case .timeout: "timeout"
    case .headerTooLarge: "header_too_large"
    case .badHTTP: "bad_http"
    case .methodNotAllowed: "method_not_allowed"
    case .unknownPath: "not_found"
    }
  }

  /// What is wrong and what to do, for the sender.
  var message: String {
    switch self {
    case .unauthorized:
      "There is no such repository, or the signature or token fits none of its secrets. Check the path "
        + "/NAMESPACE/REPOSITORY or /NAMESPACE, the secret entered at the sender, and spec.webhook.secretRefs of the "
        + "SatisRepository; the log of the webhook service says which of them it is."
    case .malformed(let problem):
      "\(problem)."
    case .tooLarge(let limit):
      "The body has more than \(limit) bytes, which no such call needs. Send less."
    case .unavailable:
      "The build could not be stored, since the Kubernetes API did not take it. Send the same call again later; "
        + "the log of the webhook service says more."
    case .overloaded:
      "The service has too much to do at this moment; nothing was stored. Send the same call again later."
    case .timeout(let late):
      "\(late). Send the call again, faster."
    case .headerTooLarge(let limit):
      "The header has more than \(limit) bytes or \(ServingLimits.headerFields) fields, which no such call needs. "
        + "Send less."
    case .badHTTP:
      "This is not HTTP/1.1, or ends too early. Send one Content-Length, or chunks, and the whole body."
    case .methodNotAllowed(let allowed):
      "This path takes \(allowed) only."
    case .unknownPath:
      "There is nothing at this path. Post to /NAMESPACE/REPOSITORY, the names of a SatisRepository, or to /NAMESPACE "
        + "for all that list the source; /NAMESPACE/REPOSITORY/HOST and /NAMESPACE/-/HOST say which git host calls: "
        + "\(GitHosts.providers.joined(separator: ", "))."
    }
  }

  /// What the log says, which only those see who may see the cluster.
  var reason: String {
    switch self {
    case .unauthorized(let reason), .unavailable(let reason), .malformed(let reason), .overloaded(let reason),
      .timeout(let reason):
      reason
    case .tooLarge(let limit): "the body has more than \(limit) bytes"
    case .headerTooLarge(let limit):
      "the header has more than \(limit) bytes or \(ServingLimits.headerFields) fields"
    case .badHTTP: "what came is not HTTP/1.1, or ends too early"
    case .methodNotAllowed(let allowed): "the path takes \(allowed) only"
    case .unknownPath: "there is nothing at this path"
    }
  }
}

extension Refusal {
  /// The header was not there in time.
  static func timeout(header limit: Duration) -> Self { .timeout("The header took longer than \(limit)") }

  /// The body was not there in time.
  static func timeout(body limit: Duration) -> Self { .timeout("The body took longer than \(limit)") }
}
