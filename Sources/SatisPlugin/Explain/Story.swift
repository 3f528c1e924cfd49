public import KubernetesClient
public import SatisAPI

/// The story of one build: who asked for it, what happened to it, what that means and what to do.
///
/// A value made from the objects alone; for programs it is written as it stands, for people by `description`.
public struct Story: Hashable, Sendable, Encodable {
  /// The build's name.
  public var name: String
  /// Its namespace.
  public var namespace: String
  /// The repository that it is for.
  public var repository: String
  /// The reason of its condition; `New` before the controller has seen it.
  public var state: String
  /// The reason of its last attempt that has ended, unless that succeeded.
  public var reason: String?
  /// What was asked and by whom, a sentence each.
  public var asked: [String]
  /// What happened, in this order.
  public var events: [Happening]
  /// What that means, and what to do.
  public var advice: Advice
  /// The end of the log, where the build has not succeeded.
  public var logTail: String?

  /// Something that happened to the build.
  public struct Happening: Hashable, Sendable, Encodable {
    /// When; nil where nobody wrote it down.
    public var time: Timestamp?
    /// What, in a few words.
    public var text: String
    /// More about it, a sentence each.
    public var details: [String]

    init(_ time: Timestamp?, _ text: String, _ details: [String] = []) {
      self.time = time
      self.text = text
      self.details = details.filter { !$0.isEmpty }
    }
  }

  /// Tells the story of a build.
  ///
  /// - Parameters:
  ///   - repository: the one that the build names; nil when there is none, or when it may not be seen.
  ///   - isRepositoryHidden: whether it may not be seen.
  ///   - others: further builds of the repository, with some of which it may have shared a Job.
  public init(
    of build: SatisBuild, repository: SatisRepository?, isRepositoryHidden: Bool = false,
    others: [SatisBuild],
    at now: Timestamp
  ) {
    let scene = Scene(build, of: repository, isRepositoryHidden: isRepositoryHidden)
    name = scene.name
    namespace = scene.namespace
    self.repository = scene.repositoryName
    state = build.reason?.rawValue ?? "New"
    let ended = build.status?.attempts?.last { $0.completionTime != nil }
    reason = build.reason == .succeeded ? nil : ended?.reason
    asked = Self.asked(of: build)
    events =
      StoryEvents(
        of: build, in: repository, others: others.filter { $0.metadata.name != build.metadata.name }
      )
      .list
    advice = scene.advice(at: now)
    logTail = build.reason == .succeeded ? nil : build.status?.logTail
  }

  // MARK: - Who asked for what

  private static func asked(of build: SatisBuild) -> [String] {
    let repository = "SatisRepository \(build.spec.repositoryRef.name)"
    let what =
      switch build.spec.operation ?? .build {
      case .purge: "delete the archives of \(repository) that no version names any more"
      case .rollback:
        "serve \(build.spec.release.map { "release \($0)" } ?? "the release before") of \(repository) again"
      case .build: "build \(build.spec.source.map(shown) ?? "everything") of \(repository)"
      }
    let trigger = build.spec.trigger
    let pushed = [
      trigger?.ref.map { "of \($0)" }, trigger?.commit.map { "commit \($0)" },
      trigger?.actor.map { "by \($0)" },
    ].compactMap(\.self).joined(separator: ", ")
    let who =
      switch trigger?.type {
      case .webhook: "asked by a push\(pushed.isEmpty ? "" : " \(pushed)")"
      case .schedule: "asked by spec.schedule of the repository"
      case .configuration: "asked by the controller, since satis.json was new or had changed"
      case .manual: "asked by hand\(trigger?.actor.map { ", by \($0)" } ?? "")"
      case nil: "asked by hand: nobody wrote down who it was"
      }
    let host = trigger?.provider.map { provider in
      "told by \(provider)\(trigger?.deliveryID.map { ", delivery \($0)" } ?? "")"
    }
    return [what, who, host].compactMap(\.self)
  }

  private static func shown(_ source: SatisBuild.Source) -> String {
    let what = source.url.map { RedactedURL($0).description } ?? source.package ?? "a source"
    return source.prune == true ? "\(what), of which a branch or tag went away," : what
  }
}
