public import KubernetesClient

/// A span of time as kubectl prints ages: two units at most, fewer the longer it is, as in `90s`, `5m10s` or `2d3h`.
///
/// Source of the steps: `HumanDuration` in `k8s.io/apimachinery/pkg/util/duration`.
public struct HumanDuration: Sendable, CustomStringConvertible {
  /// The text.
  public let description: String

  /// A span of seconds; below zero it counts as none.
  public init(seconds: Int64) {
    let seconds = max(0, seconds)
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400)
    description =
      switch seconds {
      case ..<120: "\(seconds)s"
      case ..<600: "\(minutes)m" + Self.rest(seconds % 60, "s")
      case ..<10_800: "\(minutes)m"
      case ..<28_800: "\(hours)h" + Self.rest(minutes % 60, "m")
      case ..<172_800: "\(hours)h"
      case ..<691_200: "\(days)d" + Self.rest(hours % 24, "h")
      case ..<63_072_000: "\(days)d"
      case ..<252_288_000: "\(days / 365)y" + Self.rest(days % 365, "d")
      default: "\(days / 365)y"
      }
  }

  /// The time from the first timestamp to the second.
  public init(from start: Timestamp, to end: Timestamp) {
    self.init(seconds: end - start)
  }

  private static func rest(_ number: Int64, _ unit: String) -> String {
    number > 0 ? "\(number)\(unit)" : ""
  }
}
