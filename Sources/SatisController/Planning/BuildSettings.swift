import SatisAPI

/// What a repository says of its builds, with the defaults of what it leaves out.
struct BuildSettings: Sendable, Equatable {
  /// Seconds that Satis may run.
  var activeDeadlineSeconds = 3_600
  /// Seconds that a pod may take to get going.
  var startDeadlineSeconds: Int64 = 600
  /// How often a failed build is tried again.
  var retryLimit = 3
  /// Seconds before the first retry.
  var backoffSeconds: Int64 = 10
  /// The longest time before a retry, in seconds.
  var maxBackoffSeconds: Int64 = 300
  /// Builds of single sources in one Job.
  var batchLimit = 50

  /// Reads the settings of a repository.
  init(_ repository: SatisRepository) {
    guard let build = repository.spec.build else { return }
    activeDeadlineSeconds = build.activeDeadlineSeconds ?? activeDeadlineSeconds
    startDeadlineSeconds = build.startDeadlineSeconds.map(Int64.init) ?? startDeadlineSeconds
    retryLimit = build.retryLimit ?? retryLimit
    backoffSeconds = build.backoffSeconds.map(Int64.init) ?? backoffSeconds
    maxBackoffSeconds = build.maxBackoffSeconds.map(Int64.init) ?? maxBackoffSeconds
    batchLimit = build.batchLimit ?? batchLimit
  }
}

/// What a repository says of the past, with the defaults of what it leaves out.
struct HistorySettings: Sendable, Equatable {
  /// Succeeded builds that are kept; as many superseded and cancelled ones.
  var succeededLimit = 20
  /// Failed builds that are kept.
  var failedLimit = 20
  /// Seconds after its end when a build goes, however few there are.
  var ttlSeconds: Int64?
  /// Releases that are kept.
  var releases = 3
  /// Seconds that a reader of a superseded release still finds its files.
  var graceSeconds = 3_600

  /// Reads the settings of a repository; nil for builds whose repository does not exist.
  init(_ repository: SatisRepository?) {
    guard let history = repository?.spec.history else { return }
    succeededLimit = history.succeededLimit ?? succeededLimit
    failedLimit = history.failedLimit ?? failedLimit
    ttlSeconds = history.ttlSeconds.map(Int64.init)
    releases = history.releases ?? releases
    graceSeconds = history.graceSeconds ?? graceSeconds
  }
}
