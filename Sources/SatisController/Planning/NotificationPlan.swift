import KubernetesClient
import SatisAPI

/// Who is told how builds ended.
///
/// It is asked for again with each decision until the build's status says that it is done: at least once.
extension RepositoryPlanner {
  /// Seconds after its end for which a build is worth telling.
  static let newsSeconds: Int64 = 24 * 3_600

  mutating func notify(about repository: SatisRepository) {
    guard let notifications = repository.spec.notifications, !notifications.isEmpty else { return }
    // Oldest first, so that each finds the result of the one before that asked for the same.
    var lastSucceeded: [Subject: Bool] = [:]
    let finished = situation.builds.filter(\.isFinished).sorted(on: BuildAge.init)
    for build in finished {
      let subject = Subject(build)
      guard let result = BuildNotification.Result(build, hadFailed: lastSucceeded[subject] == false) else {
        continue
      }
      if build.reason != .invalid { lastSucceeded[subject] = result != .failed }
      guard isNews(build) else { continue }
      let receivers = notifications.enumerated().filter { $0.element.wants(result) }
        .map { NotificationTarget(name: "notifications[\($0.offset)]", target: $0.element) }
      guard !receivers.isEmpty else { continue }
      actions.append(.notify(build, BuildNotification(build, result), receivers))
      // A receiver's Secret may be made meanwhile.
      lookAgain(at: situation.now + 60)
    }
  }

  private func isNews(_ build: SatisBuild) -> Bool {
    guard build.isFinished, build.status?.notifiedTime == nil, build.metadata.deletionTimestamp == nil,
      let end = build.status?.completionTime
    else { return false }
    return situation.now - end < Self.newsSeconds
  }
}

/// What a build asked for, in whatever spelling.
private struct Subject: Hashable {
  private let operation: SatisBuild.Operation
  private let source: SourceURL?
  private let text: String?

  init(_ build: SatisBuild) {
    operation = build.spec.operation ?? .build
    source = build.spec.source?.url.flatMap(SourceURL.init)
    text = source == nil ? build.spec.source?.url ?? build.spec.source?.package : nil
  }
}

extension BuildNotification.Result {
  /// How a build ended; nil where there is nothing to tell.
  fileprivate init?(_ build: SatisBuild, hadFailed: Bool) {
    switch build.reason {
    case .failed, .timedOut, .invalid: self = .failed
    case .succeeded: self = hadFailed ? .recovered : .succeeded
    default: return nil
    }
  }
}

/// An entry of `spec.notifications` that is to be told.
struct NotificationTarget: Sendable, Hashable {
  /// How messages call it.
  var name: String
  var target: SatisRepository.Notification
}

extension SatisRepository.Notification {
  /// Whether the receiver wants to hear of it; a recovery is a success as well.
  fileprivate func wants(_ result: BuildNotification.Result) -> Bool {
    let wanted = on ?? [.failed, .recovered]
    switch result {
    case .failed: return wanted.contains(.failed)
    case .succeeded: return wanted.contains(.succeeded)
    case .recovered: return wanted.contains(.recovered) || wanted.contains(.succeeded)
    }
  }
}

extension BuildNotification {
  /// What there is to say of a build.
  init(_ build: SatisBuild, _ result: Result) {
    let condition = build.status?.conditions?[ConditionType.succeeded]
    self.init(
      namespace: build.key.namespace, repository: build.spec.repositoryRef.name, build: build.metadata.name,
      uid: build.metadata.uid ?? "", result: result, reason: condition?.reason ?? "",
      message: condition?.message ?? "", source: build.spec.source?.url ?? build.spec.source?.package,
      commit: build.spec.trigger?.commit, attempts: build.status?.attempts?.count ?? 0,
      release: build.status?.release, queuedTime: build.status?.queuedTime,
      startTime: build.status?.startTime,
      completionTime: build.status?.completionTime)
  }
}
