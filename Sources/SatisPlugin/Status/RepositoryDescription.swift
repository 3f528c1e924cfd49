public import KubernetesClient
public import SatisAPI

/// One repository with its queue and the builds that ended last.
public struct RepositoryDescription: Sendable, CustomStringConvertible {
  /// How many of the builds that have ended are shown.
  public static let recentLimit = 10

  private let fields: [(name: String, value: String)]
  private let queue: Table
  private let recent: Table

  /// Describes a repository.
  ///
  /// - Parameter builds: its builds, in any order.
  public init(_ repository: SatisRepository, builds: [SatisBuild], now: Timestamp) {
    fields = Self.fields(of: repository, now: now)
    var queue = Table("BUILD", "SOURCE", "STATUS", "ATTEMPTS", "AGE", "MESSAGE")
    for build in builds.unfinished {
      queue.append([
        build.metadata.name, build.subject, build.state, build.attempts, build.age(at: now), build.message,
      ])
    }
    var recent = Table("BUILD", "SOURCE", "STATUS", "ATTEMPTS", "TOOK", "FINISHED")
    for build in builds.finished.prefix(Self.recentLimit) {
      let end = build.status?.completionTime
      recent.append([
        build.metadata.name, build.subject, build.state, build.attempts,
        build.status?.startTime.flatMap { start in end.map { "\(HumanDuration(from: start, to: $0))" } }
          ?? "",
        end.map { "\(HumanDuration(from: $0, to: now)) ago" } ?? "",
      ])
    }
    self.queue = queue
    self.recent = recent
  }

  private static func fields(
    of repository: SatisRepository, now: Timestamp
  ) -> [(name: String, value: String)] {
    let status = repository.status
    let ready = status?.conditions?[ConditionType.ready]
    func time(_ time: Timestamp?) -> String {
      guard let time else { return "none" }
      return time > now
        ? "\(time) (in \(HumanDuration(from: now, to: time)))"
        : "\(time) (\(HumanDuration(from: time, to: now)) ago)"
    }
    var fields = [
      ("Name", repository.metadata.name),
      ("Namespace", repository.metadata.namespace ?? ""),
      ("Ready", ready.map { "\($0.status.rawValue) (\($0.reason)): \($0.message)" } ?? "Unknown"),
      ("State", (repository.spec.state ?? .active).rawValue),
      ("Release", status?.release ?? "none"),
      ("Last success", time(status?.lastSucceededTime)),
    ]
    if let job = status?.activeJob {
      fields.append(("Running", "\(job.name), since \(HumanDuration(from: job.startTime, to: now))"))
    }
    if repository.spec.schedule?.full != nil { fields.append(("Next full", time(status?.nextFullBuildTime))) }
    if repository.spec.schedule?.purge != nil { fields.append(("Next purge", time(status?.nextPurgeTime))) }
    return fields
  }

  /// Fields, and below them a table for each of the two kinds of builds, if there are any.
  public var description: String {
    let width = (fields.map(\.name.count).max() ?? 0) + 1
    var parts = [
      fields.map { name, value in
        "\(name):\(String(repeating: " ", count: width - name.count + 1))\(value)"
      }.joined(separator: "\n")
    ]
    if !queue.rows.isEmpty { parts.append("Waiting and running:\n\(queue)") }
    if !recent.rows.isEmpty { parts.append("Ended:\n\(recent)") }
    return parts.joined(separator: "\n\n")
  }
}

extension SatisBuild {
  /// What a build is about, in a word or two.
  fileprivate var subject: String {
    switch spec.operation ?? .build {
    case .build: spec.source.flatMap { $0.url.map { "\(RedactedURL($0))" } ?? $0.package } ?? "all"
    case .purge: "purge"
    case .rollback: "rollback" + (spec.release.map { " to \($0)" } ?? "")
    }
  }

  /// The reason of its condition, which may be one that this program does not know.
  fileprivate var state: String { status?.conditions?[ConditionType.succeeded]?.reason ?? "New" }
  fileprivate var message: String { status?.conditions?[ConditionType.succeeded]?.message ?? "" }
  fileprivate var attempts: String { "\(status?.attempts?.count ?? 0)" }

  fileprivate func age(at now: Timestamp) -> String {
    metadata.creationTimestamp.map { "\(HumanDuration(from: $0, to: now))" } ?? ""
  }
}
