import ArgumentParser
import FoundationEssentials
import KubernetesClient
import Logging

/// Options that the controller and the webhook service have in common.
struct SharedOptions: ParsableArguments {
  @Option(help: "The namespace to serve. Default: the pod's own, or that of the kubeconfig's context.")
  var namespace: String?

  @Option(help: "A kubeconfig file. Default: KUBECONFIG, ~/.kube/config, then the pod's service account.")
  var kubeconfig: String?

  @Option(help: "The kubeconfig's context. Default: its current one.")
  var context: String?

  @Option(
    name: .customLong("log-level"), help: "One of trace, debug, info, notice, warning, error, critical.",
    transform: Self.logLevel)
  var logLevel: Logger.Level = .info

  private static func logLevel(_ name: String) throws -> Logger.Level {
    guard let level = Logger.Level(rawValue: name) else {
      throw ValidationError("'\(name)' is no log level; the levels are trace to critical")
    }
    return level
  }

  /// Finds the cluster and says so in the log: whoever runs this by hand should see where it will write.
  func client(logger: Logger) throws -> KubernetesClient {
    let cluster = try ClusterConfiguration.discover(
      kubeconfig: kubeconfig, context: context, environment: ProcessInfo.processInfo.environment)
    logger.info(
      "using the cluster",
      metadata: ["server": "\(cluster.server)", "from": "\(cluster.origin)", "version": "\(Version.current)"])
    return try KubernetesClient(
      configuration: cluster, fieldManager: "satis-operator", userAgent: Version.userAgent, logger: logger)
  }

  /// A logger that writes to standard error.
  func logger(_ label: String) -> Logger {
    var logger = Logger(label: label) { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = logLevel
    return logger
  }
}

/// The wall clock.
func currentTime() -> Timestamp {
  Timestamp(seconds: Int64(Date().timeIntervalSince1970))
}

/// The wall clock where fractions of a second matter.
func currentMicroTime() -> MicroTime {
  MicroTime(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
}
