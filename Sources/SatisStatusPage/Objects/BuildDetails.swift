import KubernetesClient
import SatisAPI

/// What is shown of one build only when somebody looks at it.
struct BuildDetails: Encodable, Sendable {
  let attempts: [Attempt]
  /// The end of the log; nil when there is none yet.
  let log: String?

  struct Attempt: Encodable, Sendable {
    let number: Int
    let job: String
    let pod: String?
    let started: Timestamp
    let completed: Timestamp?
    let exitCode: Int?
    let reason: String?
    let message: String?
  }

  init(_ build: SatisBuild) {
    attempts = (build.status?.attempts ?? []).map { attempt in
      Attempt(
        number: attempt.number, job: attempt.jobName, pod: attempt.podName, started: attempt.startTime,
        completed: attempt.completionTime, exitCode: attempt.exitCode, reason: attempt.reason,
        message: BuildRow.clean(attempt.message))
    }
    log = BuildRow.clean(build.status?.logTail)
  }
}
