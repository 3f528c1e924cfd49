import KubernetesClient
import SatisAPI

/// What happened to a build, read from its own status, its repository's and the other builds.
struct StoryEvents {
  private(set) var list: [Story.Happening] = []
  private let build: SatisBuild
  private let repository: SatisRepository?
  private let others: [SatisBuild]

  init(of build: SatisBuild, in repository: SatisRepository?, others: [SatisBuild]) {
    self.build = build
    self.repository = repository
    self.others = others
    tell()
  }

  private mutating func tell() {
    let status = build.status
    list.append(.init(build.metadata.creationTimestamp, "created"))
    if let queued = status?.queuedTime {
      let start = status?.attempts?.first?.startTime
      list.append(
        .init(queued, start.map { "queued, and waited \(HumanDuration(from: queued, to: $0))" } ?? "queued"))
    }
    let heirless = others.filter { $0.status?.supersededBy == build.metadata.name }
    if !heirless.isEmpty {
      list.append(
        .init(
          heirless.compactMap(\.status?.completionTime).min(),
          "took over what \(Self.names(heirless)) asked for, which ended Superseded"))
    }
    for attempt in status?.attempts ?? [] { tell(attempt) }
    // What has the same time stays in the order in which it is told.
    list = list.enumerated().sorted { left, right in
      (left.element.time?.seconds ?? .min, left.offset) < (right.element.time?.seconds ?? .min, right.offset)
    }.map(\.element)
    tellState()
  }

  private mutating func tell(_ attempt: SatisBuild.Attempt) {
    list.append(
      .init(
        attempt.startTime, "attempt \(attempt.number): Job \(attempt.jobName)",
        [attempt.podName.map { "pod \($0)" } ?? "", company(in: attempt.jobName)]))
    guard let end = attempt.completionTime else { return }
    let isGood = attempt.knownReason == .succeeded
    let time = "after \(HumanDuration(from: attempt.startTime, to: end))"
    let code = attempt.exitCode.map { ", exit code \($0)" } ?? ""
    list.append(
      .init(
        end,
        isGood
          ? "attempt \(attempt.number) succeeded \(time)"
          : "attempt \(attempt.number) failed \(time): \(attempt.reason ?? "no reason")\(code)",
        [attempt.message ?? ""]))
  }

  /// With whom a Job was shared: a batch is one Job for several builds.
  private func company(in job: String) -> String {
    var names = Set(
      others.filter { $0.status?.attempts?.contains { $0.jobName == job } == true }.map(\.metadata.name))
    if let active = repository?.status?.activeJob, active.name == job {
      names.formUnion(active.builds.map(\.name))
    }
    names.remove(build.metadata.name)
    return names.isEmpty ? "" : "shared with \(Self.names(names.sorted()))"
  }

  /// How it ended, or how it stands.
  private mutating func tellState() {
    guard let condition = build.status?.conditions?[ConditionType.succeeded] else { return }
    let release = build.status?.release.map { ", in release \($0)" } ?? ""
    // The message of an attempt was told with it.
    let isTold = build.status?.attempts?.last?.message == condition.message
    let details = [isTold ? "" : condition.message]
    if condition.status == .unknown {
      list.append(.init(condition.lastTransitionTime, "is \(condition.reason)", details))
      if let next = build.status?.nextAttemptTime { list.append(.init(next, "is tried again")) }
    } else {
      list.append(
        .init(
          build.status?.completionTime ?? condition.lastTransitionTime, "ended \(condition.reason)\(release)",
          details))
    }
    if let heir = build.status?.supersededBy {
      let end =
        others.first { $0.metadata.name == heir }.map { $0.reason?.rawValue ?? "New" } ?? "not there any more"
      list.append(.init(nil, "SatisBuild \(heir), which stands for it, is \(end)"))
    }
    if let told = build.status?.notifiedTime {
      list.append(.init(told, "whoever spec.notifications names was told"))
    }
  }

  private static func names(_ builds: [SatisBuild]) -> String { names(builds.map(\.metadata.name).sorted()) }

  private static func names(_ names: [String]) -> String {
    let shown = names.prefix(5).joined(separator: ", ")
    return names.count > 5 ? "\(shown) and \(names.count - 5) more" : shown
  }
}
