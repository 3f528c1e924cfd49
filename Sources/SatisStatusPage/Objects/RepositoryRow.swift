import KubernetesClient
import SatisAPI

/// What the page shows of a repository, in the words of its JSON.
struct RepositoryRow: Encodable, Hashable, Sendable {
  let namespace: String
  let name: String
  /// The reason of its condition.
  let state: String
  let isReady: Bool
  /// Why, in a sentence.
  let message: String?
  let queued: Int
  /// Since when a Job works on it.
  let runningSince: Timestamp?
  let release: String?
  let lastSucceeded: Timestamp?
  let nextFullBuild: Timestamp?
  let nextPurge: Timestamp?

  init(_ repository: ShownRepository) {
    let status = repository.status
    let ready = status?.conditions?[ConditionType.ready]
    namespace = repository.key.namespace
    name = repository.key.name
    state = ready?.reason ?? BuildRow.unseen
    isReady = ready?.status == .yes
    message = BuildRow.clean(ready?.message)
    queued = status?.queuedBuilds ?? 0
    runningSince = status?.activeJob?.startTime
    release = status?.release
    lastSucceeded = status?.lastSucceededTime
    nextFullBuild = status?.nextFullBuildTime
    nextPurge = status?.nextPurgeTime
  }
}
