import KubernetesClient
import SatisAPI

/// All that a decision about one repository is made from.
///
/// A value: nothing in it reads a clock or a server.
struct Situation: Sendable {
  /// The repository's key; it may not exist.
  var key: NamespacedName
  /// The time of the decision.
  var now: Timestamp
  /// The repository, also while it is being deleted; nil when there is none.
  var repository: SatisRepository?
  /// Every build that names the repository.
  var builds: [SatisBuild]
  /// The repository's Jobs, as the cache shows them.
  var cachedJobs: [Job]
  /// The repository's build pods, as the cache shows them.
  var cachedPods: [Pod]
  /// Other repositories whose output is this one's, lies in it or has it inside.
  var neighbours: [SatisRepository] = []
  /// What was read from the server for this decision.
  var live = LiveView()

  /// What was read from the server itself, for verdicts that a stale cache must not make.
  struct LiveView: Sendable {
    /// Whether `repository` came from the server.
    var hasRepository = false
    /// Whether the server has the repository and the cache does not show it yet, nor, then, its neighbours.
    var isAheadOfCache = false
    /// satis.json, or why there is none.
    var configuration: Result<SatisConfiguration, ConfigurationProblem>?
    /// The volume claims that the repository names; nil for one that is not there.
    var claims: [String: PersistentVolumeClaim?]?
    /// Every Job and pod that may write to the output; with a claim, or on deletion, finished ones as well.
    var output: OutputView?
    /// Builds by name; nil for one that is gone.
    var builds: [String: SatisBuild?] = [:]
    /// Names of the snapshots that were made for the repository.
    var snapshots: [String]?
    /// Whether the repository may have a Job beside those of other repositories.
    var slot: SlotAnswer?
    /// Why the server did not take the claim's Job.
    var jobRefusal: JobRefusal?
    /// Why the server did not take a build that the controller made by itself, without which the others go on.
    var buildRefusal: Hindrance?
    /// Why the server did not let the controller do something else for this repository.
    var hindrance: Hindrance?
  }

  /// Whether one more Job may run.
  enum SlotAnswer: Sendable, Equatable {
    /// It may.
    case granted
    /// As many run as are allowed; the repository is told when it is its turn.
    case full(limit: Int)
  }

  /// Why the server did not take a Job.
  struct JobRefusal: Sendable, Equatable {
    /// Whether the same Job may be taken later, as with a quota that is used up.
    var isTemporary: Bool
    /// The server's own words.
    var message: String

    /// Whether it is what there is already that leaves no room, by the words of Kubernetes' quota.
    var isOfQuota: Bool { isTemporary && message.contains("exceeded quota") }
  }

  /// Every Job and pod that carries the output's label, whichever repository made it.
  struct OutputView: Sendable {
    var jobs: [Job]
    var pods: [Pod]

    /// Jobs that may still make a pod.
    var unfinishedJobs: [Job] { jobs.filter { $0.finishedCondition == nil } }
    /// Pods that may still write.
    ///
    /// One that is being deleted counts until it is gone.
    var unfinishedPods: [Pod] { pods.filter { !$0.isFinished } }
    /// Whether nothing is left that could write to the output.
    var isIdle: Bool { unfinishedJobs.isEmpty && unfinishedPods.isEmpty }
  }
}

/// Something that has to be read from the server before a decision can be made.
enum Look: Hashable, Sendable {
  /// The repository itself.
  case repository
  /// The text of satis.json.
  case configuration
  /// The volume claims that the repository names.
  case claims
  /// Jobs and pods by the output's label.
  case output
  /// One build.
  case build(String)
  /// The snapshots of the repository.
  case snapshots
  /// A place among the Jobs of all repositories.
  case slot
}

/// Thrown by a decision that must not be made from what is at hand.
struct NeedsLook: Error, Equatable {
  var looks: Set<Look>
}

extension Situation {
  /// Throws unless the repository was read from the server.
  func requireLiveRepository() throws(NeedsLook) {
    guard live.hasRepository else { throw NeedsLook(looks: [.repository]) }
  }

  /// satis.json as it is on the server.
  func configuration() throws(NeedsLook) -> Result<SatisConfiguration, ConfigurationProblem> {
    guard let configuration = live.configuration else { throw NeedsLook(looks: [.configuration]) }
    return configuration
  }

  /// What the repository's volume claims mean, as they are on the server.
  func volumeClaims(of repository: SatisRepository) throws(NeedsLook) -> VolumeClaims {
    guard let claims = live.claims else { throw NeedsLook(looks: [.claims]) }
    return VolumeClaims(claims, of: repository)
  }

  /// The Jobs and pods of the output as they are on the server.
  func output() throws(NeedsLook) -> OutputView {
    guard let output = live.output else { throw NeedsLook(looks: [.output]) }
    return output
  }

  /// A build as it is on the server; nil if gone.
  func liveBuild(_ name: String) throws(NeedsLook) -> SatisBuild? {
    guard let build = live.builds[name] else { throw NeedsLook(looks: [.build(name)]) }
    return build
  }

  /// Throws unless these and the output were read from the server, which are needed at once.
  func requireOutputAndBuilds(_ names: [String]) throws(NeedsLook) -> OutputView {
    let missing = names.filter { live.builds[$0] == nil }
    guard let output = live.output, missing.isEmpty else {
      throw NeedsLook(looks: Set(missing.map(Look.build)).union(live.output == nil ? [.output] : []))
    }
    return output
  }

  /// Whether one more Job may run.
  func slot() throws(NeedsLook) -> SlotAnswer {
    guard let slot = live.slot else { throw NeedsLook(looks: [.slot]) }
    return slot
  }

  /// The Job of a name, from the server where it was looked at.
  func job(named name: String) -> Job? {
    (live.output?.jobs ?? cachedJobs).first { $0.metadata.name == name }
  }

  /// The pods of a Job, from the server where it was looked at.
  func pods(ofJob name: String) -> [Pod] {
    (live.output?.pods ?? cachedPods).filter { $0.metadata.labels?["job-name"] == name }
  }
}
