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
    for build in situation.builds where isNews(build) {
      guard let result = result(of: build) else { continue }
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

  private func result(of build: SatisBuild) -> BuildNotification.Result? {
    switch build.reason {
    case .failed, .timedOut, .invalid: .failed
    case .succeeded: isRecovery(build) ? .recovered : .succeeded
    default: nil
    }
  }

  /// Whether the last build that asked for the same had failed.
  private func isRecovery(_ build: SatisBuild) -> Bool {
    let earlier = situation.builds.filter { other in
      other.metadata.uid != build.metadata.uid && other.isFinished && other.asksForTheSame(as: build)
        && [.succeeded, .failed, .timedOut].contains(other.reason)
        && (other.status?.completionTime ?? situation.now) <= (build.status?.completionTime ?? situation.now)
        && BuildQueue.isOlder(other, than: build)
    }
    let last = earlier.max { BuildQueue.isOlder($0, than: $1) }
    return last.map { $0.reason != .succeeded } ?? false
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

extension SatisBuild {
  fileprivate func asksForTheSame(as other: Self) -> Bool {
    let urls = (spec.source?.url, other.spec.source?.url)
    let isSameURL =
      urls.0 == urls.1 || (urls.0 != nil && urls.0.flatMap(SourceURL.init) == urls.1.flatMap(SourceURL.init))
    return (spec.operation ?? .build) == (other.spec.operation ?? .build) && isSameURL
      && spec.source?.package == other.spec.source?.package
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
