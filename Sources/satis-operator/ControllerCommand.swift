import ArgumentParser
import ControllerRuntime
import FoundationEssentials
import KubernetesClient
import Logging
import SatisController
import ServiceLifecycle
import UnixSignals

struct ControllerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "controller",
    abstract: "Runs Satis for every SatisBuild.",
    discussion: """
      Watches SatisRepositories and SatisBuilds in one namespace, runs Satis in Jobs there, and writes what \
      becomes of them into the builds' status. It may be stopped and started at any time.
      """
  )

  @OptionGroup var shared: SharedOptions

  @Option(name: .customLong("default-image"), help: "The Satis image of repositories that name none.")
  var defaultImage = "composer/satis:latest"

  @Option(name: .customLong("health-port"), help: "The port of /healthz, /readyz and /metrics.")
  var healthPort = 8_081

  @Option(
    name: .customLong("max-concurrent-jobs"),
    help: "Jobs at once over all repositories, shared fairly between them. Default: any number.")
  var maxConcurrentJobs: Int?

  func validate() throws {
    if let maxConcurrentJobs, maxConcurrentJobs < 1 {
      throw ValidationError("--max-concurrent-jobs must be 1 or more; leave it out for any number")
    }
  }

  func run() async throws {
    let logger = shared.logger("controller")
    let metrics = shared.metrics(SatisController.metricDescriptions, logger: logger)
    let client = try shared.client(metrics: metrics, logger: logger)
    let namespace = shared.namespace ?? client.configuration.namespace
    logger.info("serving", metadata: ["namespace": "\(namespace)", "default-image": "\(defaultImage)"])
    let events = EventRecorder(
      client: client, controller: "satis.dev/satis-operator", instance: ProcessInfo.processInfo.hostName,
      logger: logger, now: currentMicroTime)
    let controller = try SatisController(
      client: client,
      configuration: .init(
        namespace: namespace, defaultImage: defaultImage, maximumJobs: maxConcurrentJobs),
      events: events,
      metrics: metrics,
      logger: logger,
      now: currentTime)
    let health = HealthServer.service(port: healthPort, metrics: metrics, logger: logger) {
      controller.notReady
    }
    // Stopped in reverse order: what the last decision tells is written, and probes are answered until then.
    try await ServiceGroup(
      services: [health, events, controller], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger
    ).run()
    await client.shutdown()
  }
}
