import KubernetesClient
import SatisAPI

/// Objects that tests look at.
enum PluginExamples {
  static let now = Timestamp(seconds: 1_000_000)

  static func repository(
    _ name: String = "acme", _ change: (inout SatisRepository) -> Void = { _ in }
  ) -> SatisRepository {
    var repository = SatisRepository(
      metadata: ObjectMetadata(name: name, namespace: "team"),
      spec: .init(config: .init(inline: "{}"), output: .init(claimName: "output")))
    change(&repository)
    return repository
  }

  static func ready(_ status: Condition.Status, _ reason: String, _ message: String = "so") -> [Condition] {
    [condition(ConditionType.ready, status, reason, message)]
  }

  /// A build in a state; without one, no controller has seen it.
  static func build(
    _ name: String = "acme-1", _ reason: SatisBuild.Reason? = nil, message: String = "so", age: Int64 = 60,
    _ change: (inout SatisBuild) -> Void = { _ in }
  ) -> SatisBuild {
    var build = SatisBuild(
      metadata: ObjectMetadata(name: name, namespace: "team"), spec: .init(repositoryRef: .init(name: "acme"))
    )
    build.metadata.creationTimestamp = now + -age
    if let reason {
      build.status = .init()
      build.status?.queuedTime = now + -age
      build.status?.conditions = [
        condition(ConditionType.succeeded, reason.status, reason.rawValue, message)
      ]
      if reason.status != .unknown { build.status?.completionTime = now + -age + 30 }
    }
    change(&build)
    return build
  }

  private static func condition(
    _ type: String, _ status: Condition.Status, _ reason: String, _ message: String
  ) -> Condition {
    Condition(
      type: type, status: status, reason: reason, message: message, observedGeneration: 1,
      lastTransitionTime: now)
  }
}
