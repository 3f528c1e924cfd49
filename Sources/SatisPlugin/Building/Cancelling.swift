public import KubernetesClient
public import SatisAPI

/// How a build is told that nobody wants it any more.
public enum Cancelling {
  /// The merge patch that tells it.
  public static let patch: JSONValue = ["spec": ["state": .string(SatisBuild.State.cancelled.rawValue)]]

  /// Why a build cannot be cancelled; nil when it can.
  public static func refusal(of build: SatisBuild) -> String? {
    guard build.status?.isFinished == true else { return nil }
    return "SatisBuild '\(build.metadata.name)' has ended as \(build.reason?.rawValue ?? "Unknown")"
  }

  /// The builds of a repository that wait and are still wanted; those that a Job works on are none.
  public static func waiting(_ builds: [SatisBuild]) -> [SatisBuild] {
    builds.filter { build in
      build.status?.isFinished != true && build.reason != .running && build.spec.state != .cancelled
    }
  }
}
