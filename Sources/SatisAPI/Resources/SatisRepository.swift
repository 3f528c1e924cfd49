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
    /// Succeeded builds that are kept; as many superseded and cancelled ones.
    public var succeededLimit: Int?
    /// Builds that are kept of those that failed, timed out or were invalid.
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
}
