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
      Watches SatisRepositories and SatisBuilds in one namespace or in all, runs Satis in Jobs there, and writes \
      what becomes of them into the builds' status. It may be stopped and started at any time. Of several that \
      share a Lease one works and the others stand by.
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

  @Flag(
    inversion: .prefixedNo,
    help:
      "Work only while holding a Lease. Without it, make sure that no second controller serves the same namespaces."
  )
  var leaderElect = true

  @Option(
    name: .customLong("lease-name"),
    help:
      "The name of the Lease, in the namespace that is served, or in the operator's own where that is all.")
  var leaseName = "satis-controller-leader"

  func validate() throws {
    if let maxConcurrentJobs, maxConcurrentJobs < 1 {
      throw ValidationError("--max-concurrent-jobs must be 1 or more; leave it out for any number")
    }
  }

  func run() async throws {
    let logger = shared.logger("controller")
    _ = OpenFiles.raiseLimit()
    let metrics = shared.metrics(
      SatisController.metricDescriptions + LeaderElectionMetrics.descriptions, logger: logger)
    let client = try shared.client(metrics: metrics, logger: logger)
    let served = shared.servedNamespace(client)
    logger.info("serving", metadata: ["namespace": "\(served ?? "all")", "default-image": "\(defaultImage)"])
    let events = EventRecorder(
      client: client, controller: "satis.dev/satis-operator", instance: ProcessInfo.processInfo.hostName,
      logger: logger, now: currentMicroTime)
    let controller = try SatisController(
      client: client,
      configuration: .init(
        namespace: served, defaultImage: defaultImage, maximumJobs: maxConcurrentJobs,
        waitsForLeadership: leaderElect),
      events: events,
      metrics: metrics,
      logger: logger,
      now: currentTime)
    let elector =
      leaderElect
      ? try elector(client, served ?? client.configuration.namespace, events, controller, metrics, logger)
      : nil
    let health = HealthServer.service(
      port: healthPort, metrics: metrics, logger: logger,
      liveness: controller.liveness + (elector.map { [$0.liveness] } ?? []),
      readiness: controller.readiness + (elector.map { [$0.readiness] } ?? []))
    // Stopped in reverse order: the lease is given back when the work has ended, what the last decision tells is
    // written, and probes are answered until then.
    let services: [any Service] = [health, events] + (elector.map { [$0] } ?? []) + [controller]
    try await ServiceGroup(
      services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger
    ).run()
    await client.shutdown()
  }

  private func elector(
    _ client: KubernetesClient, _ namespace: String, _ events: EventRecorder, _ controller: SatisController,
    _ metrics: MetricsRegistry, _ logger: Logger
  ) throws -> LeaderElector {
    // The host name is the pod's; a container that is started again there is another process.
    let suffix = String(UInt64.random(in: 0 ... .max), radix: 16)
    return try LeaderElector(
      client: client, lease: NamespacedName(namespace: namespace, name: leaseName),
      identity: "\(ProcessInfo.processInfo.hostName)_\(suffix)", events: events,
      metrics: LeaderElectionMetrics(name: leaseName, factory: metrics), logger: logger,
      now: currentMicroTime
    ) { controller.lead(until: $0) }
  }
}
