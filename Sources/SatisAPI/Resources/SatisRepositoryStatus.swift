public import KubernetesClient

extension SatisRepository {
  /// What the controller saw and did.
  public struct Status: Codable, Hashable, Sendable {
    /// The generation of the spec that the controller last looked at.
    public var observedGeneration: Int64?
    /// `Ready`: whether builds can run.
    public var conditions: [Condition]?
    /// The number of the last Job; never goes back, so that a Job's name is never used again.
    public var jobSequence: Int64?
    /// The claim: the one Job that may write to the output.
    ///
    /// It holds all that the Job is made from.
    public var activeJob: ActiveJob?
    /// Builds that wait.
    public var queuedBuilds: Int?
    /// Hash of the satis.json of the last full build.
    public var configHash: String?
    /// The release that is served.
    public var release: String?
    /// When a Job last succeeded.
    public var lastSucceededTime: Timestamp?
    /// The scheduled time of the last full build that was made.
    public var lastScheduledFullTime: Timestamp?
    /// The scheduled time of the last purge that was made.
    public var lastScheduledPurgeTime: Timestamp?
    /// When the next full build is made.
    public var nextFullBuildTime: Timestamp?
    /// When the next purge is made.
    public var nextPurgeTime: Timestamp?

    /// Creates an empty status.
    public init() {}
  }

  /// A claim on the output, written before its Job is created, so that a crash between the two is repaired by
  /// reading it.
  public struct ActiveJob: Codable, Hashable, Sendable {
    /// The Job's name.
    public var name: String
    /// When the claim was made.
    public var startTime: Timestamp
    /// Hash of the satis.json that the sources were matched against; names the snapshot.
    public var configHash: String
    /// What the Job does.
    public var operation: SatisBuild.Operation
    /// For `Build`: whether all of satis.json is built, whatever the builds ask.
    public var full: Bool
    /// For `Rollback`: the release to go back to; nil for the one before the served one.
    public var release: String?
    /// The builds that the Job stands for.
    public var builds: [Item]

    /// Creates a claim.
    public init(
      name: String, startTime: Timestamp, configHash: String, operation: SatisBuild.Operation = .build,
      full: Bool, release: String? = nil, builds: [Item]
    ) {
      self.name = name
      self.startTime = startTime
      self.configHash = configHash
      self.operation = operation
      self.full = full
      self.release = release
      self.builds = builds
    }

    /// One build of a claim.
    public struct Item: Codable, Hashable, Sendable {
      /// The build's name.
      public var name: String
      /// The build's uid: a later build of the same name is another one.
      public var uid: String
      /// Its sources; empty when the build asks for all of them.
      public var sources: [Source]
      /// Uids of older builds that this one stands for and that end as superseded by it.
      public var supersedes: [String]?

      /// Creates an entry.
      public init(name: String, uid: String, sources: [Source], supersedes: [String]? = nil) {
        self.name = name
        self.uid = uid
        self.sources = sources
        self.supersedes = supersedes
      }
    }

    /// One source of a build.
    public struct Source: Codable, Hashable, Sendable {
      /// The URL in the exact spelling of satis.json, which Satis compares to the letter.
      public var url: String
      /// The entry's package name where the source is built by it, so that versions that went away leave the output.
      public var package: String?
      /// The commits that were pushed.
      public var commits: [String]?

      /// Creates an entry.
      public init(url: String, package: String? = nil, commits: [String]? = nil) {
        self.url = url
        self.package = package
        self.commits = commits
      }
    }
  }
}
