import Glibc
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle

/// Serves a router's routes over HTTP/1.1, and does nothing between two requests.
///
/// Hummingbird's own application keeps the date of its answers at hand, for which it wakes each second, as long as it
/// lives.
struct QuietApplication: ApplicationProtocol {
  let responder: RouterResponder<BasicRequestContext>
  let configuration: ApplicationConfiguration
  /// How long a connection may be silent: those who only hold them would use up the files of the process.
  let idleTime: TimeAmount
  let logger: Logger

  var server: HTTPServerBuilder { .http1(configuration: .init(idleTimeout: idleTime)) }

  func run() async throws {
    let server = try server.buildServer(
      configuration: ServerConfiguration(address: configuration.address), eventLoopGroup: eventLoopGroup,
      logger: logger
    ) { request, writer, channel in
      let context = BasicRequestContext(source: .init(channel: channel, logger: logger))
      var response: Response
      do {
        response = try await responder.respond(to: request, context: context)
      } catch {
        logger.debug("no answer", metadata: ["cause": "\(error)"])
        response = Response(status: .internalServerError)
      }
      response.headers[.date] = Self.date(time(nil))
      try await writer.write(response: response.head, body: response.body)
    }
    try await server.run()
  }

  /// A time, in seconds since 1970, as HTTP writes it (RFC 9110, 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
  static func date(_ seconds: Int) -> String {
    var seconds = seconds
    var parts = tm()
    gmtime_r(&seconds, &parts)
    return String(unsafeUninitializedCapacity: 30) {
      $0.withMemoryRebound(to: CChar.self) {
        strftime($0.baseAddress, $0.count, "%a, %d %b %Y %T GMT", &parts)
      }
    }
  }
}
