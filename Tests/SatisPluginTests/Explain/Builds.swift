import KubernetesClient
import SatisAPI
import SatisPlugin

/// Builds as the controller leaves them.
enum Builds {
  static let start = Timestamp(seconds: 1_700_000_000)

  static func build(
    _ name: String = "b1", _ reason: SatisBuild.Reason? = nil, message: String = "what happened",
    source: SatisBuild.Source? = .init(url: "https://git.example.org/acme/lib.git"),
    operation: SatisBuild.Operation? = nil, trigger: SatisBuild.Trigger? = nil,
    attempts: [SatisBuild.Attempt] = []
  ) -> SatisBuild {
    var metadata = ObjectMetadata(name: name, namespace: "shop")
    metadata.creationTimestamp = start
    var build = SatisBuild(
      metadata: metadata,
      spec: .init(
        repositoryRef: .init(name: "packages"), operation: operation, source: source, trigger: trigger))
    guard let reason else { return build }
    var status = SatisBuild.Status()
    status.queuedTime = start
    status.attempts = attempts.isEmpty ? nil : attempts
    status.jobName = attempts.last?.jobName
    status.startTime = attempts.first?.startTime
    status.conditions = [
      Condition(
        type: ConditionType.succeeded, status: reason.status, reason: reason.rawValue, message: message,
        observedGeneration: 1, lastTransitionTime: start + 60)
    ]
    if reason.status != .unknown { status.completionTime = start + 60 }
    build.status = status
    return build
  }

  static func attempt(
    _ number: Int = 1, _ reason: String?, job: String? = nil, exitCode: Int? = nil,
    message: String = "what happened"
  ) -> SatisBuild.Attempt {
    var attempt = SatisBuild.Attempt(
      number: number, jobName: job ?? "packages-1a2b3c4d-\(number)", startTime: start + Int64(number * 10))
    attempt.podName = "\(attempt.jobName)-pod"
    guard let reason else { return attempt }
    attempt.completionTime = start + Int64(number * 10 + 5)
    attempt.reason = reason
    attempt.message = message
    attempt.exitCode = exitCode
    return attempt
  }

  static func failed(_ reason: String, operation: SatisBuild.Operation? = nil) -> SatisBuild {
    build(
      "b1", reason == "DeadlineExceeded" ? .timedOut : .failed,
      source: operation == nil ? .init(url: "https://git.example.org/acme/lib.git") : nil,
      operation: operation, attempts: [attempt(1, reason, exitCode: 1)])
  }

  static func repository(_ change: (inout SatisRepository) -> Void = { _ in }) -> SatisRepository {
    var repository = SatisRepository(
      metadata: ObjectMetadata(name: "packages", namespace: "shop"),
      spec: .init(config: .init(inline: "{}"), output: .init(claimName: "satis-output")))
    repository.status = SatisRepository.Status()
    change(&repository)
    return repository
  }

  static func story(
    _ build: SatisBuild, repository: SatisRepository? = repository(), isHidden: Bool = false,
    others: [SatisBuild] = []
  ) -> Story {
    Story(of: build, repository: repository, isRepositoryHidden: isHidden, others: others, at: start + 70)
  }
}
