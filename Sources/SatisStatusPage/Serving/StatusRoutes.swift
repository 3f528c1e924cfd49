import HTTPTypes
import Hummingbird
import KubernetesClient
import Logging
import SatisAPI

/// The paths of the page.
///
/// The page itself, which holds no data, is for everybody: a link to a build that comes from elsewhere brings no cookie
/// along, and its script asks for the token where one is missing.
struct StatusRoutes: Sendable {
  let doorkeeper: Doorkeeper
  let stream: EventStream
  let details: BuildReader

  var router: Router<BasicRequestContext> {
    let router = Router()
    router.add(middleware: SecurityHeaders())
    for file in PageFile.all {
      router.get(file.path) { _, _ in file.response }
    }
    router.get("/session") { request, _ in
      doorkeeper.admits(request) ? Response(status: .noContent) : Self.unauthorized
    }
    router.post("/session") { request, context in try await begin(request, context.logger) }
    router.get("/events") { request, _ in events(request) }
    router.get("/builds/:namespace/:name") { request, context in
      guard doorkeeper.admits(request) else { return Self.unauthorized }
      let key = NamespacedName(
        namespace: try context.parameters.require("namespace"), name: try context.parameters.require("name"))
      return try await details(key)
    }
    return router
  }

  /// Exchanges the token, which is the body, for a session.
  private func begin(_ request: Request, _ logger: Logger) async throws -> Response {
    let body = try await request.body.collect(upTo: 1_024)
    guard let session = doorkeeper.session(for: String(buffer: body)) else {
      logger.warning("a wrong token was given for the status page")
      return Self.unauthorized
    }
    // Behind TLS the cookie never leaves it. Without, as through a port that kubectl forwards, it could not be kept.
    let isSecure = HTTPField.Name("X-Forwarded-Proto").map { request.headers[$0] } == "https"
    let cookie = Cookie(
      name: Doorkeeper.cookie, value: session, path: "/", secure: isSecure, httpOnly: true, sameSite: .strict)
    return Response(status: .noContent, headers: [.setCookie: cookie.description])
  }

  private func events(_ request: Request) -> Response {
    guard doorkeeper.admits(request) else { return Self.unauthorized }
    guard let body = stream.body(while: { doorkeeper.admits(request) }) else {
      return Response(status: .serviceUnavailable, headers: [.retryAfter: "30"])
    }
    var headers: HTTPFields = [.contentType: EventStream.contentType]
    // nginx would keep events until it has a buffer full of them.
    if let name = HTTPField.Name("X-Accel-Buffering") { headers[name] = "no" }
    return Response(status: .ok, headers: headers, body: body)
  }

  private static var unauthorized: Response {
    // RFC 9110, section 11.6.1: a 401 names a way to get in.
    Response(status: .unauthorized, headers: [.wwwAuthenticate: "Bearer"])
  }
}
