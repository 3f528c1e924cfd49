import KubernetesClient
import SatisAPI

/// What a repository's status says of it. This is the one place that writes a repository's condition.
extension SatisRepository {
  /// The status with the bookkeeping that goes with every look.
  func status(queued: Int) -> Status {
    var status = self.status ?? Status()
    status.observedGeneration = metadata.generation
    status.queuedBuilds = queued
    return status
  }
}

extension SatisRepository.Status {
  /// The reason of a repository that is ready and whose output can be mounted on one node at a time.
  static let boundToOneNode = "ReadyOnOneNode"

  mutating func setReadiness(
    of repository: SatisRepository, _ configuration: SatisConfiguration, _ scheduleProblem: String?,
    isBoundToOneNode: Bool, at now: Timestamp
  ) {
    if repository.isSuspended {
      setReady(
        .no, "Suspended", "spec.state is Suspended: builds queue and none starts",
        generation: repository.metadata.generation, at: now)
    } else if let problem = scheduleProblem {
      setReady(
        .no, "ScheduleInvalid", "\(problem); builds that are asked for run all the same",
        generation: repository.metadata.generation, at: now)
    } else {
      let sources = "satis.json lists \(configuration.repositories.count) sources"
      setReady(
        .yes, isBoundToOneNode ? Self.boundToOneNode : "Ready",
        isBoundToOneNode ? "\(sources); \(VolumeClaims.oneNodeAdvice(repository.spec.output))" : sources,
        generation: repository.metadata.generation, at: now)
    }
  }

  mutating func setReady(
    _ ready: Condition.Status, _ reason: String, _ message: String, generation: Int64?, at now: Timestamp
  ) {
    var list = conditions ?? []
    list.set(
      Condition(
        type: ConditionType.ready, status: ready, reason: reason, message: message,
        observedGeneration: generation,
        lastTransitionTime: now))
    conditions = list
  }
}
