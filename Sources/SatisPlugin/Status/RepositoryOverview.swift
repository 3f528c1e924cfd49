public import KubernetesClient
public import SatisAPI

/// The repositories of a namespace, one a line.
public struct RepositoryOverview: Sendable, CustomStringConvertible {
  private var table = Table(
    "NAME", "READY", "QUEUED", "RUNNING", "LAST SUCCESS", "RELEASE", "NEXT FULL", "NEXT PURGE")

  /// Describes repositories in the order of their names.
  public init(_ repositories: [SatisRepository], now: Timestamp) {
    for repository in repositories.sorted(by: { $0.metadata.name < $1.metadata.name }) {
      table.append(Self.cells(of: repository, now: now))
    }
  }

  /// The line of a repository that has changed, or come.
  public func line(of repository: SatisRepository, now: Timestamp) -> String {
    table.line(Self.cells(of: repository, now: now))
  }

  private static func cells(of repository: SatisRepository, now: Timestamp) -> [String] {
    let status = repository.status
    return [
      repository.metadata.name,
      repository.readiness,
      "\(status?.queuedBuilds ?? 0)",
      "\(status?.activeJob?.builds.count ?? 0)",
      status?.lastSucceededTime.map { "\(HumanDuration(from: $0, to: now)) ago" } ?? "never",
      status?.release ?? "",
      status?.nextFullBuildTime.map { "in \(HumanDuration(from: now, to: $0))" } ?? "",
      status?.nextPurgeTime.map { "in \(HumanDuration(from: now, to: $0))" } ?? "",
    ]
  }

  /// The table.
  public var description: String { table.description }
}

extension SatisRepository {
  /// Whether builds run, in a word or two, with the reason where they do not.
  var readiness: String {
    guard let ready = status?.conditions?[ConditionType.ready] else { return "Unknown" }
    let isSuspended = spec.state == .suspended
    guard ready.status == .yes else { return "\(ready.status.rawValue) (\(ready.reason))" }
    return isSuspended ? "True (Suspended)" : "True"
  }
}
