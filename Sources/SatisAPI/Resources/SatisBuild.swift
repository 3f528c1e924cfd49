public import KubernetesClient

/// One request to bring a repository, or one source of it, up to date.
public struct SatisBuild: KubernetesObject {
  /// Where the kind is served.
  public static let resourceType = ResourceType(
    group: "satis.dev", version: "v1alpha1", kind: "SatisBuild", plural: "satisbuilds")

  /// Name, version, labels and owners.
  public var metadata: ObjectMetadata
  /// What is asked; it never changes.
  public var spec: Spec
  /// What became of it.
  public var status: Status?

  /// Creates a build value.
  public init(metadata: ObjectMetadata, spec: Spec, status: Status? = nil) {
    self.metadata = metadata
    self.spec = spec
    self.status = status
  }

  /// The reason of the build's condition; nil until the controller has seen it.
  public var reason: Reason? {
    status?.conditions?[ConditionType.succeeded].flatMap { Reason(rawValue: $0.reason) }
  }

  /// What is asked of a build.
  public struct Spec: Codable, Hashable, Sendable {
    /// The repository, in the same namespace.
    public var repositoryRef: LocalReference
    /// What is done; `Build` when left out.
    public var operation: Operation?
    /// What changed; everything when left out.
    public var source: Source?
    /// For `Rollback`: the release to go back to; the one before the served one when left out.
    public var release: String?
    /// Who asked and why: a record, nothing acts on it.
    public var trigger: Trigger?
    /// Whether the build is still wanted; the only field that may change.
    public var state: State?

    /// Creates a spec.
    public init(
      repositoryRef: LocalReference, operation: Operation? = nil, source: Source? = nil,
      release: String? = nil, trigger: Trigger? = nil
    ) {
      self.repositoryRef = repositoryRef
      self.operation = operation
      self.source = source
      self.release = release
      self.trigger = trigger
    }
  }

  /// What a build does.
  public enum Operation: String, Codable, Hashable, Sendable, CaseIterable {
    /// Runs `satis build`.
    case build = "Build"
    /// Deletes archives that nothing names any more.
    case purge = "Purge"
    /// Serves an earlier release again.
    case rollback = "Rollback"
  }

  /// Whether a build is still wanted.
  public enum State: String, Codable, Hashable, Sendable {
    /// It is not: a queued one ends at once, a running one in an orderly way.
    case cancelled = "Cancelled"
  }

  /// A source of satis.json, named by its URL in any spelling or by its package.
  public struct Source: Codable, Hashable, Sendable {
    /// The URL as the git host writes it.
    public var url: String?
    /// The `name` of the entry in satis.json.
    public var package: String?
    /// Whether a branch or tag went away, which an ordinary build of the source would not notice.
    public var prune: Bool?

    /// Names a source.
    public init(url: String? = nil, package: String? = nil, prune: Bool? = nil) {
      self.url = url
      self.package = package
      self.prune = prune
    }
  }

  /// Who asked for a build and why.
  public struct Trigger: Codable, Hashable, Sendable {
    /// What kind of event it was.
    public var type: Kind?
    /// The git host's kind, as in `github`.
    public var provider: String?
    /// The host's id of the delivery.
    public var deliveryID: String?
    /// The ref that was pushed, or several of them, with a blank between.
    public var ref: String?
    /// The commit that was pushed.
    public var commit: String?
    /// Who pushed.
    public var actor: String?

    /// What kind of event asked for a build.
    public enum Kind: String, Codable, Hashable, Sendable, CaseIterable {
      /// A push.
      case webhook = "Webhook"
      /// A cron expression.
      case schedule = "Schedule"
      /// A changed satis.json.
      case configuration = "Configuration"
      /// A person.
      case manual = "Manual"
    }

    /// Creates a record.
    public init(
      type: Kind?, provider: String? = nil, deliveryID: String? = nil, ref: String? = nil,
      commit: String? = nil,
      actor: String? = nil
    ) {
      self.type = type
      self.provider = provider
      self.deliveryID = deliveryID
      self.ref = ref
      self.commit = commit
      self.actor = actor
    }
  }

  /// What became of a build.
  public struct Status: Codable, Hashable, Sendable {
    /// The generation of the spec that was looked at.
    public var observedGeneration: Int64?
    /// `Succeeded`: unknown until the build has ended.
    public var conditions: [Condition]?
    /// Hash of the spec at first sight, by which a later change is noticed where the server allows one.
    public var specHash: String?
    /// When the controller first saw the build.
    public var queuedTime: Timestamp?
    /// When its first Job was started.
    public var startTime: Timestamp?
    /// When it ended.
    public var completionTime: Timestamp?
    /// The last Job.
    public var jobName: String?
    /// The last pod.
    public var podName: String?
    /// Every Job that worked on this build.
    public var attempts: [Attempt]?
    /// When a failed build is tried again.
    public var nextAttemptTime: Timestamp?
    /// The build that does what this one asked for.
    public var supersededBy: String?
    /// When everybody that `spec.notifications` of the repository names had been told of the end, or could not be.
    public var notifiedTime: Timestamp?
    /// The release in which the result is served.
    public var release: String?
    /// The end of the log, capped and without secrets.
    public var logTail: String?

    /// Creates an empty status.
    public init() {}

    /// Whether the build has ended.
    public var isFinished: Bool {
      guard let condition = conditions?[ConditionType.succeeded] else { return false }
      return condition.status != .unknown
    }
  }

  /// One Job that worked on a build.
  public struct Attempt: Codable, Hashable, Sendable {
    /// Counts from 1.
    public var number: Int
    /// The Job.
    public var jobName: String
    /// The pod that had the last word.
    public var podName: String?
    /// When the Job was started.
    public var startTime: Timestamp
    /// When it ended.
    public var completionTime: Timestamp?
    /// Exit code of Satis, or of the container where Satis did not get that far.
    public var exitCode: Int?
    /// Why it ended so, in one word.
    public var reason: String?
    /// Why it ended so, in a sentence.
    public var message: String?

    /// Begins an attempt.
    public init(number: Int, jobName: String, startTime: Timestamp) {
      self.number = number
      self.jobName = jobName
      self.startTime = startTime
    }
  }

  /// Reasons of the `Succeeded` condition.
  public enum Reason: String, Sendable, CaseIterable {
    /// Waits for its turn.
    case queued = "Queued"
    /// A Job works on it.
    case running = "Running"
    /// An attempt failed, and another follows.
    case retrying = "Retrying"
    /// Built and served.
    case succeeded = "Succeeded"
    /// A Job failed.
    case failed = "Failed"
    /// The deadline passed.
    case timedOut = "TimedOut"
    /// Nobody wants it any more.
    case cancelled = "Cancelled"
    /// Another build does what it asked for.
    case superseded = "Superseded"
    /// It asks for what cannot be built.
    case invalid = "Invalid"

    /// The status that goes with the reason.
    public var status: Condition.Status {
      switch self {
      case .queued, .running, .retrying: .unknown
      case .succeeded: .yes
      case .failed, .timedOut, .cancelled, .superseded, .invalid: .no
      }
    }
  }
}

/// The condition types of the two resources.
public enum ConditionType {
  /// Of a SatisBuild: how it ended.
  public static let succeeded = "Succeeded"
  /// Of a SatisRepository: whether builds can run.
  public static let ready = "Ready"
}
