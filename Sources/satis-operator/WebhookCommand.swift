import ArgumentParser
import ControllerRuntime
import KubernetesClient
import Logging
import SatisWebhook
import ServiceLifecycle
import UnixSignals

struct WebhookCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "webhook",
    abstract: "Turns the calls of git hosts into SatisBuilds.",
    discussion: """
      Answers POST /NAMESPACE/REPOSITORY, and POST /NAMESPACE for all repositories that list the source. A call must be \
      signed with one of the secrets that the repository names in spec.webhook.secretRefs; each push becomes a \
      SatisBuild.
      """,
    subcommands: [VerifyCommand.self]
  )

  @OptionGroup var shared: SharedOptions

  @Option(help: "The port to listen on; /healthz and /readyz are there as well.")
  var port = 8_080

  @Option(
    name: .customLong("metrics-port"),
    help:
      "The port of /metrics, which is not for those who call the other one; /healthz and /readyz are there as well."
  )
  var metricsPort = 8_081

  @OptionGroup(title: "Status page") var statusPage: StatusPageOptions

  @OptionGroup(title: "Limits") var serving: ServingOptions

  func run() async throws {
    let logger = shared.logger("webhook")
    let metrics = shared.metrics(WebhookService.metricDescriptions, logger: logger)
    let client = try shared.client(metrics: metrics, logger: logger)
    let served = shared.servedNamespace(client)
    let files = OpenFiles.raiseLimit()
    let limits = serving.limits(files: files, servesPage: statusPage.port != nil)
    if limits.connections < serving.connections {
      logger.warning(
        "the system allows fewer connections than --max-connections",
        metadata: ["connections": "\(limits.connections)", "open-files": "\(files)"])
    }
    let store = ClusterBuildStore(client: client)
    let service = WebhookService.application(
      store: store,
      configuration: .init(namespace: served, port: port, limits: limits),
      metrics: metrics,
      logger: logger,
      now: currentTime)
    let inner = HealthServer.service(port: metricsPort, metrics: metrics, logger: logger)
    let page = try statusPage.service(client: client, namespace: served, logger: logger)
    let warmth = WebhookService.warmth(
      store: store, namespace: served ?? client.configuration.namespace, logger: logger)
    // Stopped in reverse order: first of all what git hosts call.
    let services: [any Service] = (page.map { [$0] } ?? []) + [inner, warmth, service]
    try await ServiceGroup(
      services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger
    ).run()
    await client.shutdown()
  }
}
