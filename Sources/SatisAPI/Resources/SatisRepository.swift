public import KubernetesClient

/// One Composer repository: one satis.json, one output directory.
public struct SatisRepository: KubernetesObject {
  /// Where the kind is served.
  public static let resourceType = ResourceType(
    group: "satis.dev", version: "v1alpha1", kind: "SatisRepository", plural: "satisrepositories")

  /// Name, version, labels and owners.
  public var metadata: ObjectMetadata
  /// What the user wants.
  public var spec: Spec
  /// What the controller saw and did.
  public var status: Status?

  /// Creates a repository value.
  public init(metadata: ObjectMetadata, spec: Spec, status: Status? = nil) {
    self.metadata = metadata
    self.spec = spec
    self.status = status
  }

  /// What the user wants of a repository.
  public struct Spec: Codable, Hashable, Sendable {
    /// Where satis.json comes from.
    public var config: ConfigSource
    /// Further URLs by which git hosts call the sources of satis.json.
    public var sourceAliases: [SourceAlias]?
    /// Where releases are written.
    public var output: Output
    /// Where Composer's cache is kept; a directory that goes with the pod when left out.
    public var cache: Cache?
    /// What Satis needs to read private sources.
    public var credentials: Credentials?
    /// The Satis image; the operator's default when left out.
    public var image: String?
    /// Secrets with which the image is pulled.
    public var imagePullSecrets: [LocalReference]?
    /// How Satis runs.
    public var build: Build?
    /// When everything is built, or purged, without anybody asking.
    public var schedule: Schedule?
    /// Who may call the webhook.
    public var webhook: Webhook?
    /// How much of the past is kept.
    public var history: History?
    /// Who is told how builds end.
    public var notifications: [Notification]?
    /// What the pods of builds have beside what the operator gives them.
    public var podTemplate: PodTemplate?
    /// Whether builds are started; `Active` when left out.
    public var state: State?

    /// Creates a spec with what every repository needs.
    public init(config: ConfigSource, output: Output) {
      self.config = config
      self.output = output
    }
  }

  /// Where satis.json comes from: exactly one of the three.
  public struct ConfigSource: Codable, Hashable, Sendable {
    /// The text itself.
    public var inline: String?
    /// A key of a ConfigMap.
    public var configMapKeyRef: KeyReference?
    /// A key of a Secret.
    public var secretKeyRef: KeyReference?

    /// Names one source.
    public init(
      inline: String? = nil, configMapKeyRef: KeyReference? = nil, secretKeyRef: KeyReference? = nil
    ) {
      self.inline = inline
      self.configMapKeyRef = configMapKeyRef
      self.secretKeyRef = secretKeyRef
    }
  }

  /// Another URL of a source: after it was renamed, of a mirror, or as a host writes it.
  public struct SourceAlias: Codable, Hashable, Sendable {
    /// The URL that is not in satis.json, in any spelling.
    public var url: String
    /// The URL of the source in satis.json, in any spelling.
    public var source: String

    /// Names a source by another URL.
    public init(url: String, source: String) {
      self.url = url
      self.source = source
    }
  }

  /// A directory of a volume.
  ///
  /// Immutable, since releases do not move along.
  public struct Output: Codable, Hashable, Sendable {
    /// The PersistentVolumeClaim.
    public var claimName: String
    /// Directory in the volume, relative; the volume's root when left out.
    public var path: String?

    /// Names a directory.
    public init(claimName: String, path: String? = nil) {
      self.claimName = claimName
      self.path = path
    }
  }

  /// The volume of Composer's cache.
  public struct Cache: Codable, Hashable, Sendable {
    /// The PersistentVolumeClaim; the repository gets a directory of its own in it.
    public var claimName: String

    /// Names a claim.
    public init(claimName: String) {
      self.claimName = claimName
    }
  }

  /// Keys and tokens, mounted as files and never passed as arguments.
  public struct Credentials: Codable, Hashable, Sendable {
    /// Composer's auth.json.
    public var composerAuth: SecretSource?
    /// A private key for git over ssh.
    public var sshKey: SecretSource?
    /// The host keys to trust, in the format of `known_hosts`.
    public var knownHosts: KeySource?
    /// Further certificate authorities, as PEM.
    public var caBundle: KeySource?

    /// Creates credentials.
    public init(
      composerAuth: SecretSource? = nil, sshKey: SecretSource? = nil, knownHosts: KeySource? = nil,
      caBundle: KeySource? = nil
    ) {
      self.composerAuth = composerAuth
      self.sshKey = sshKey
      self.knownHosts = knownHosts
      self.caBundle = caBundle
    }
  }

  /// How Satis runs.
  public struct Build: Codable, Hashable, Sendable {
    /// Seconds that Satis may run, waiting for the output's lock included.
    public var activeDeadlineSeconds: Int?
    /// Seconds that the pod may take to get going: to find a node, pull the image and mount its volumes.
    public var startDeadlineSeconds: Int?
    /// How often a failed build is tried again.
    public var retryLimit: Int?
    /// Seconds before the first retry; doubled for each further one.
    public var backoffSeconds: Int?
    /// The longest time before a retry, in seconds.
    public var maxBackoffSeconds: Int?
    /// How many queued builds of single sources one Job takes at most.
    public var batchLimit: Int?
    /// Options for `satis build`.
    public var options: [Option]?
    /// Environment variables of the build, proxies for instance.
    public var env: [EnvironmentVariable]?

    /// Creates build settings.
    public init(
      activeDeadlineSeconds: Int? = nil, options: [Option]? = nil, env: [EnvironmentVariable]? = nil
    ) {
      self.activeDeadlineSeconds = activeDeadlineSeconds
      self.options = options
      self.env = env
    }
  }

  /// An option of `satis build` that is safe to hand to users.
  public enum Option: String, Codable, Hashable, Sendable {
    /// `--minify`: metadata without repetition, for Composer 2 only.
    case minify = "Minify"
    /// `--no-html-output`: no index.html.
    case noHTML = "NoHTML"
  }

  /// A variable of the build's environment.
  public struct EnvironmentVariable: Codable, Hashable, Sendable {
    /// The variable's name.
    public var name: String
    /// Its value.
    public var value: String

    /// Creates a variable.
    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  /// Who may call the webhook.
  public struct Webhook: Codable, Hashable, Sendable {
    /// Shared secrets, any of which is accepted, so that one can be replaced without a gap.
    public var secretRefs: [KeyReference]?
    /// What becomes of a push to a source that satis.json does not list; `Ignore` when left out.
    public var unknownSource: UnknownSource?

    /// Names the secrets.
    public init(secretRefs: [KeyReference]? = nil) {
      self.secretRefs = secretRefs
    }
  }

  /// What becomes of a push to a source that satis.json does not list.
  public enum UnknownSource: String, Codable, Hashable, Sendable {
    /// Nothing is built.
    case ignore = "Ignore"
    /// Everything is built, since something that satis.json leads to may have changed.
    case fullBuild = "FullBuild"
  }

  /// Cron expressions by which ordinary builds are made.
  public struct Schedule: Codable, Hashable, Sendable {
    /// When everything is built.
    public var full: String?
    /// When archives that nothing names are deleted.
    public var purge: String?
    /// The IANA time zone of both, as in `Europe/Berlin`; UTC when left out.
    public var timeZone: String?

    /// Creates a schedule.
    public init(full: String? = nil, purge: String? = nil, timeZone: String? = nil) {
      self.full = full
      self.purge = purge
      self.timeZone = timeZone
    }
  }

  /// How much of the past is kept.
  public struct History: Codable, Hashable, Sendable {
    /// Succeeded builds that are kept.
    public var succeededLimit: Int?
    /// Failed builds that are kept.
    public var failedLimit: Int?
    /// Seconds after its end when a build goes, however few there are.
    public var ttlSeconds: Int?
    /// Releases that are kept in the output, the served one included.
    public var releases: Int?
    /// Seconds that a reader of a superseded release still finds its files.
    public var graceSeconds: Int?

    /// Creates limits.
    public init(
      succeededLimit: Int? = nil, failedLimit: Int? = nil, ttlSeconds: Int? = nil, releases: Int? = nil,
      graceSeconds: Int? = nil
    ) {
      self.succeededLimit = succeededLimit
      self.failedLimit = failedLimit
      self.ttlSeconds = ttlSeconds
      self.releases = releases
      self.graceSeconds = graceSeconds
    }
  }

  /// Somebody who is told how builds end.
  public struct Notification: Codable, Hashable, Sendable {
    /// The form of the message.
    public var type: Kind
    /// The key of a Secret that holds the URL, which for Slack is itself the credential.
    public var urlSecretRef: KeyReference
    /// The key of a Secret with which the message is signed.
    public var signingSecretRef: KeyReference?
    /// What is told; failures and recoveries when left out.
    public var on: [Event]?

    /// The form of a message.
    public enum Kind: String, Codable, Hashable, Sendable {
      /// Slack's incoming webhook.
      case slack = "Slack"
      /// JSON for any other receiver.
      case webhook = "Webhook"
    }

    /// How a build ended, as far as somebody may want to know.
    public enum Event: String, Codable, Hashable, Sendable {
      /// It succeeded.
      case succeeded = "Succeeded"
      /// It failed.
      case failed = "Failed"
      /// It succeeded after one of the same kind had failed.
      case recovered = "Recovered"
    }

    /// Names a receiver.
    public init(
      type: Kind, urlSecretRef: KeyReference, signingSecretRef: KeyReference? = nil, on: [Event]? = nil
    ) {
      self.type = type
      self.urlSecretRef = urlSecretRef
      self.signingSecretRef = signingSecretRef
      self.on = on
    }
  }

  /// Whether builds are started.
  public enum State: String, Codable, Hashable, Sendable {
    /// They are.
    case active = "Active"
    /// They queue, and nothing starts.
    case suspended = "Suspended"
  }

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
