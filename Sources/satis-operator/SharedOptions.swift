import ArgumentParser
import ControllerRuntime
import FoundationEssentials
import KubernetesClient
import Logging
import SatisAPI

/// Options that the controller and the webhook service have in common.
struct SharedOptions: ParsableArguments {
  @Option(help: "The namespace to serve. Default: the pod's own, or that of the kubeconfig's context.")
  var namespace: String?

  @Flag(
    name: [.customLong("all-namespaces"), .customShort("A")],
    help: "Serve every namespace in which the operator has its rights, instead of one.")
  var allNamespaces = false

  @Option(help: "A kubeconfig file. Default: KUBECONFIG, ~/.kube/config, then the pod's service account.")
  var kubeconfig: String?

  @Option(help: "The kubeconfig's context. Default: its current one.")
  var context: String?

  @Option(
    name: .customLong("log-level"), help: "One of trace, debug, info, notice, warning, error, critical.",
    transform: Self.logLevel)
  var logLevel: Logger.Level = .info

  @Option(
    name: .customLong("log-format"),
    help:
      "text for people, or json: an object a line, with time, level, logger, message and what belongs to it.")
  var logFormat: LogFormat = .text

  private static func logLevel(_ name: String) throws -> Logger.Level {
    guard let level = Logger.Level(rawValue: name) else {
      throw ValidationError("'\(name)' is no log level; the levels are trace to critical")
    }
    return level
  }

  func validate() throws {
    guard namespace == nil || !allNamespaces else {
      throw ValidationError("--namespace and --all-namespaces exclude each other")
    }
  }

  /// The namespace that is served; nil for all.
  func servedNamespace(_ client: KubernetesClient) -> String? {
    allNamespaces ? nil : namespace ?? client.configuration.namespace
  }

  /// Finds the cluster and says so in the log: whoever runs this by hand should see where it will write.
  func client(metrics: MetricsRegistry, logger: Logger) throws -> KubernetesClient {
    let cluster = try ClusterConfiguration.discover(
      kubeconfig: kubeconfig, context: context, environment: ProcessInfo.processInfo.environment)
    logger.info(
      "using the cluster",
      metadata: ["server": "\(cluster.server)", "from": "\(cluster.origin)", "version": "\(Version.current)"])
    return try KubernetesClient(
      configuration: cluster, fieldManager: "satis-operator", userAgent: Version.userAgent, logger: logger,
      observe: ClientMetrics(server: cluster.server, factory: metrics).observe)
  }

  /// A logger that writes to standard error.
  func logger(_ label: String) -> Logger {
    var logger = Logger(label: label) { [logFormat] label -> any LogHandler in
      let redact: @Sendable (String) -> String = { RedactedText($0).description }
      return switch logFormat {
      case .text: RedactingLogHandler(StreamLogHandler.standardError(label: label), redact: redact)
      case .json: RedactingLogHandler(JSONLogHandler(label: label, now: currentMicroTime), redact: redact)
      }
    }
    logger.logLevel = logLevel
    return logger
  }

  /// The metrics of the process, with what is common to all parts of the operator.
  func metrics(_ descriptions: [MetricDescription], logger: Logger) -> MetricsRegistry {
    let registry = MetricsRegistry(ProcessMetrics.descriptions + ClientMetrics.descriptions + descriptions) {
      logger.error("a metric is not measured as it is described", metadata: ["problem": "\($0)"])
    }
    ProcessMetrics.follow(in: registry)
    return registry
  }
}

/// How log lines are written.
enum LogFormat: String, CaseIterable, ExpressibleByArgument {
  /// For people: time, level, metadata and message on a line.
  case text
  /// For programs: a JSON object a line.
  case json
}

/// The wall clock.
func currentTime() -> Timestamp {
  Timestamp(seconds: Int64(Date().timeIntervalSince1970))
}

/// The wall clock where fractions of a second matter.
func currentMicroTime() -> MicroTime {
  MicroTime(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
}
