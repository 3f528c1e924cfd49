import ArgumentParser
import ControllerRuntime
import KubernetesClient
import Logging
import SatisStatusPage

/// Whether there is a status page, where, and for whom.
struct StatusPageOptions: ParsableArguments {
  @Option(
    name: .customLong("status-port"),
    help: "The port of a page that shows repositories and builds. Without it there is none.")
  var port: Int?

  @Option(
    name: .customLong("status-address"), help: "The address that the page is served on; all, if left out.")
  var address: String?

  @Option(
    name: .customLong("status-token-file"),
    help:
      "A file with the token that the page asks for; it is read again when it is replaced.")
  var tokenFile: String?

  @Flag(name: .customLong("status-open"), help: "Show the page to everybody who reaches its port.")
  var isOpen = false

  func validate() throws {
    guard port != nil else {
      guard tokenFile == nil, !isOpen else {
        throw ValidationError("a status page needs --status-port as well")
      }
      return
    }
    guard (tokenFile != nil) != isOpen else {
      throw ValidationError(
        "--status-port needs either --status-token-file, or --status-open to show the page to everybody who reaches it"
      )
    }
  }

  /// - Parameter namespace: the one whose builds are shown; nil for all.
  /// - Returns: nil when there is to be no page.
  /// - Throws: `ConfigurationError` for a token that cannot be read or is too short.
  func service(client: KubernetesClient, namespace: String?, logger: Logger) throws -> StatusPage? {
    guard let port else { return nil }
    let access = try tokenFile.map { path throws(ConfigurationError) in try StatusAccess.token(inFile: path) }
    let address = address ?? AllAddresses.host
    logger.info(
      "serving a status page",
      metadata: ["address": "\(address)", "port": "\(port)", "access": access == nil ? "everybody" : "token"])
    return StatusPage(
      client: client,
      configuration: .init(namespace: namespace, address: address, port: port, access: access ?? .everybody),
      logger: logger, now: currentTime)
  }
}
