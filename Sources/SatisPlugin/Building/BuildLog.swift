import KubernetesClient
public import SatisAPI

/// Where the log of a build is found.
public enum BuildLog: Hashable, Sendable {
  /// With the pod of its last attempt; its status may hold the end of the log where the pod is gone.
  case pod(String, tail: String?)
  /// In its status alone.
  case tail(String)
  /// With the build that stands for it.
  case build(String)

  /// Looks for the log of a build.
  ///
  /// - Throws: `PluginFailure` for a build that has none, saying why.
  public init(of build: SatisBuild) throws(PluginFailure) {
    let status = build.status
    if let other = status?.supersededBy {
      self = .build(other)
    } else if let pod = status?.podName {
      self = .pod(pod, tail: status?.logTail)
    } else if let tail = status?.logTail {
      self = .tail(tail)
    } else {
      let condition = status?.conditions?[ConditionType.succeeded]
      let state = condition.map { "\($0.reason): \($0.message)" } ?? "no controller has seen it yet"
      throw PluginFailure(.failed, "SatisBuild '\(build.metadata.name)' has no log: \(state)")
    }
  }
}
