import ArgumentParser
import SatisStatusPage
import SatisWebhook

/// How much the webhook service gives to callers, of whom it knows nothing when they begin.
struct ServingOptions: ParsableArguments {
  private static let defaults = ServingLimits()

  @Option(
    name: .customLong("max-requests"),
    help: "Calls that may be at the API server at once; more are answered 503 at once, to come again later.")
  var requests = Self.defaults.requests

  @Option(
    name: .customLong("max-body-bytes"),
    help: "Bytes of bodies that are kept in memory at once, over all calls; more are answered 503.")
  var bodyBytes = Self.defaults.bodyBytes

  @Option(
    name: .customLong("max-connections"),
    help:
      "Connections at once; for one more, the one is closed that has waited longest for a call or the rest of one."
  )
  var connections = Self.defaults.connections

  @Option(
    name: .customLong("max-header-bytes"),
    help: "Bytes of the request line and all header fields together; more are answered 431.")
  var headerBytes = Self.defaults.headerBytes

  @Option(
    name: .customLong("header-timeout"),
    help: "Seconds that a header may take from its first byte on; then the call is answered 408.")
  var headerSeconds = Int(Self.defaults.headerTime.components.seconds)

  @Option(
    name: .customLong("body-timeout"),
    help: "Seconds that a body may take; then the call is answered 408. Git hosts give up after 10.")
  var bodySeconds = Int(Self.defaults.bodyTime.components.seconds)

  @Option(
    name: .customLong("idle-timeout"),
    help: "Seconds that a connection may be silent between two calls; more than a proxy before it keeps it.")
  var idleSeconds = Int(Self.defaults.idleTime.components.seconds)

  /// Files that are no connections of callers: libraries, logs, the way to the API server, probes.
  private static let otherFiles = 128

  /// - Parameters:
  ///   - files: how many files and connections the process may have open.
  ///   - servesPage: whether it has a status page, whose connections nobody else may take.
  func limits(files: Int, servesPage: Bool = false) -> ServingLimits {
    let others = Self.otherFiles + (servesPage ? StatusPage.usualConnections : 0)
    var limits = ServingLimits()
    limits.requests = requests
    limits.bodyBytes = bodyBytes
    limits.connections = min(connections, max(1, files - others))
    limits.headerBytes = headerBytes
    limits.headerTime = .seconds(headerSeconds)
    limits.bodyTime = .seconds(bodySeconds)
    limits.idleTime = .seconds(idleSeconds)
    return limits
  }

  func validate() throws {
    let limits = [requests, bodyBytes, connections, headerBytes, headerSeconds, bodySeconds, idleSeconds]
    guard limits.allSatisfy({ $0 > 0 }) else {
      throw ValidationError("the limits of the service must be 1 or more")
    }
  }
}
