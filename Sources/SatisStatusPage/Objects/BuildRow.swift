import KubernetesClient
import SatisAPI

/// What the page shows of a build, in the words of its JSON.
///
/// Whatever people or git hosts wrote has its credentials taken out here once more: a source's URL comes from the spec,
/// which nobody has looked at.
struct BuildRow: Encodable, Hashable, Sendable {
  /// What a build is called before the controller has seen it.
  static let unseen = "New"

  let namespace: String
  let name: String
  let repository: String
  let operation: String
  /// The URL or package; nil for everything.
  let source: String?
  let release: String?
  /// The reason of its condition.
  let state: String
  let hasEnded: Bool
  let message: String?
  let trigger: String?
  /// What was pushed, and by whom.
  let ref: String?
  let commit: String?
  let actor: String?
  let created: Timestamp?
  let started: Timestamp?
  let completed: Timestamp?
  /// From the first Job's start to the end.
  let seconds: Int64?
  let attempts: Int
  let nextAttempt: Timestamp?
  let supersededBy: String?

  init(_ build: ShownBuild) {
    let spec = build.spec
    let status = build.status
    let condition = status?.conditions?[ConditionType.succeeded]
    namespace = build.key.namespace
    name = build.key.name
    repository = spec.repositoryRef.name
    operation = (spec.operation ?? .build).rawValue
    source = Self.clean(spec.source?.url ?? spec.source?.package)
    release = status?.release ?? Self.clean(spec.release)
    state = condition?.reason ?? Self.unseen
    hasEnded = condition.map { $0.status != .unknown } ?? false
    message = Self.clean(condition?.message)
    trigger = spec.trigger.flatMap { Self.clean(Self.words($0)) }
    ref = Self.clean(spec.trigger?.ref)
    commit = Self.clean(spec.trigger?.commit)
    actor = Self.clean(spec.trigger?.actor)
    created = build.metadata.creationTimestamp
    started = status?.startTime
    completed = status?.completionTime
    if let start = status?.startTime, let end = status?.completionTime {
      seconds = max(0, end - start)
    } else {
      seconds = nil
    }
    attempts = status?.attempts?.count ?? 0
    nextAttempt = status?.nextAttemptTime
    supersededBy = status?.supersededBy
  }

  /// Nil for nothing, and for an empty text, which says as much.
  static func clean(_ text: String?) -> String? {
    text.flatMap { $0.isEmpty ? nil : RedactedText($0).description }
  }

  /// `Webhook, github`.
  private static func words(_ trigger: SatisBuild.Trigger) -> String {
    [trigger.type?.rawValue, trigger.provider].compactMap(\.self).joined(separator: ", ")
  }
}
