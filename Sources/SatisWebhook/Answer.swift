import Hummingbird
import KubernetesClient

/// What a call is answered.
enum Answer: Sendable {
  /// Builds are stored: these, some of which may have been there from an earlier call; never empty.
  case created([NamespacedName])
  /// The call came before, and its builds are there; never empty.
  case duplicate([NamespacedName])
  /// The host wanted to know whether the secret fits; it does.
  case pong
  /// Understood, but nothing to build. It is a success: hosts switch off hooks that answer with errors.
  case ignored(reason: String)
  /// Refused; no object was made.
  case refused(Refusal)

  /// One word for programs.
  var result: String {
    switch self {
    case .created: "created"
    case .duplicate: "duplicate"
    case .pong: "pong"
    case .ignored: "ignored"
    case .refused(let refusal): refusal.code
    }
  }

  private var body: JSONValue {
    switch self {
    case .created(let builds), .duplicate(let builds):
      [
        "result": .string(result),
        "build": .string(builds.first?.name ?? ""),
        "builds": .array(builds.map { .string($0.name) }),
        "namespace": .string(builds.first?.namespace ?? ""),
      ]
    case .pong: ["result": .string(result)]
    case .ignored(let reason): ["result": .string(result), "reason": .string(reason)]
    case .refused(let refusal): ["error": .string(refusal.code), "message": .string(refusal.message)]
    }
  }

  /// Whether the call was understood and asks for nothing.
  var isIgnored: Bool {
    if case .ignored = self { true } else { false }
  }

  /// Whether the sender has nothing more to do.
  var isSuccess: Bool {
    if case .refused = self { false } else { true }
  }

  var status: HTTPResponse.Status {
    switch self {
    case .created: .accepted
    case .duplicate, .pong, .ignored: .ok
    case .refused(.unauthorized): .unauthorized
    case .refused(.malformed), .refused(.badHTTP): .badRequest
    case .refused(.tooLarge): .contentTooLarge
    case .refused(.unavailable), .refused(.overloaded): .serviceUnavailable
    case .refused(.timeout): .requestTimeout
    case .refused(.headerTooLarge): .requestHeaderFieldsTooLarge
    case .refused(.methodNotAllowed): .methodNotAllowed
    case .refused(.unknownPath): .notFound
    }
  }

  private var headers: HTTPFields {
    switch self {
    // RFC 9110, section 11.6.1: a 401 names a way to get in.
    case .refused(.unauthorized): [.wwwAuthenticate: "Bearer"]
    case .refused(.unavailable): [.retryAfter: "10"]
    // What is too much at this moment is done in a few.
    case .refused(.overloaded): [.retryAfter: "5"]
    case .refused(.methodNotAllowed(let allowed)): [.allow: allowed]
    default: [:]
    }
  }
}

extension Answer: ResponseGenerator {
  func response(from request: Request, context: some RequestContext) throws -> Response {
    let (head, buffer) = try message()
    // RFC 9110, section 9.3.2: an answer to HEAD has no body, though it tells the length of one.
    let body = request.method == .head ? ResponseBody() : ResponseBody(byteBuffer: buffer)
    return Response(status: head.status, headers: head.headerFields, body: body)
  }

  /// The answer as it is sent.
  func message() throws -> (head: HTTPResponse, body: ByteBuffer) {
    let buffer = ByteBuffer(string: try body.serialized() + "\n")
    var headers = headers
    headers[.contentType] = "application/json"
    headers[.contentLength] = String(buffer.readableBytes)
    return (HTTPResponse(status: status, headerFields: headers), buffer)
  }
}
