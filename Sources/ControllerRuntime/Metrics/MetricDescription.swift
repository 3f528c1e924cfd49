/// What a metric is: said once, before anything is measured.
public struct MetricDescription: Hashable, Sendable {
  /// How a metric's samples are to be read.
  public enum Kind: Hashable, Sendable {
    /// Only grows, and begins at zero with the process.
    case counter
    /// Goes up and down.
    case gauge
    /// How many values were at most as large as each of these bounds, which ascend; beside their number and sum.
    case histogram(buckets: [Double])
  }

  /// The name, with its unit at the end.
  public let name: String
  /// A sentence that says what is measured.
  public let help: String
  /// How its samples are to be read.
  public let kind: Kind
  /// Names of the labels, in the order in which they are shown.
  public let labels: [String]

  /// Describes what only grows.
  public static func counter(_ name: String, _ help: String, labels: [String] = []) -> Self {
    Self(name: name, help: help, kind: .counter, labels: labels)
  }

  /// Describes what goes up and down.
  public static func gauge(_ name: String, _ help: String, labels: [String] = []) -> Self {
    Self(name: name, help: help, kind: .gauge, labels: labels)
  }

  /// Describes a distribution, as a rule of seconds.
  public static func histogram(
    _ name: String, _ help: String, labels: [String] = [], buckets: [Double]
  ) -> Self {
    Self(name: name, help: help, kind: .histogram(buckets: buckets), labels: labels)
  }

  /// Bounds for requests that people wait for, in seconds (the default of Prometheus' clients).
  public static let requestBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
}
