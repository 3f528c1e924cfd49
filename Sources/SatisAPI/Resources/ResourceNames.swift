import Crypto
public import KubernetesClient

/// Names and labels by which objects of one repository find each other.
public enum ResourceNames {
  /// The label that says whose object this is.
  public static let managedByLabel = "app.kubernetes.io/managed-by"
  /// Its value.
  public static let manager = "satis-operator"
  /// The label that says what the object is for.
  public static let componentLabel = "app.kubernetes.io/component"
  /// Its value on Jobs and build pods.
  public static let buildComponent = "build"
  /// The label with the repository's name.
  public static let repositoryLabel = "satis.dev/repository"
  /// The label with the hash of the output directory, by which every possible writer is found.
  public static let outputLabel = "satis.dev/output"
  /// The value of the component label of a snapshot.
  public static let snapshotComponent = "snapshot"
  /// The finalizer that keeps a repository until its pods are gone.
  public static let finalizer = "satis.dev/output"
  /// The annotation of the pod that carries the work order.
  public static let workOrderAnnotation = "satis.dev/work-order"
  /// The label by which a build pod is told to stop: since when, in seconds since 1970.
  ///
  /// A label and not a deadline or a deletion: the runner sees it as a file and ends by itself, so that its report and
  /// log are kept whatever the version of the kubelet.
  public static let stopLabel = "satis.dev/stop"

  /// The container of a build pod that runs Satis.
  public static let buildContainer = "satis"

  /// What selects the Jobs and pods of all repositories.
  public static let buildSelector = "\(managedByLabel)=\(manager),\(componentLabel)=\(buildComponent)"

  /// The name of a repository's Job.
  ///
  /// The uid keeps a repository that is created anew from reusing the names of its predecessor.
  public static func job(repository: ObjectMetadata, sequence: Int64) -> String {
    "\(prefix(repository.name, 36))-\(digest(repository.uid ?? "", 8))-\(sequence)"
  }

  /// The number in the name of a Job.
  public static func sequence(ofJob name: String) -> Int64? {
    name.split(separator: "-").last.flatMap { Int64($0) }
  }

  /// The name of the snapshot of a satis.json, together with the version of the runner mounted beside it.
  public static func snapshot(repository: ObjectMetadata, contentHash: String) -> String {
    "\(prefix(repository.name, 36))-\(digest((repository.uid ?? "") + contentHash, 16))"
  }

  /// The name of a webhook's build: the same delivery gives the same name.
  ///
  /// - Parameter failures: how many builds of the delivery have failed, each of which may be asked for again.
  public static func build(
    repository: ObjectMetadata, host: String, delivery: String, source: String, failures: Int = 0
  ) -> String {
    let parts = [repository.uid ?? "", host, delivery, source] + (failures > 0 ? ["\(failures)"] : [])
    let identity = parts.map { "\($0.utf8.count):\($0)" }.joined()
    return "\(prefix(repository.name, 40))-\(digest(identity, 16))"
  }

  /// The name of the build that a changed satis.json asks for.
  ///
  /// - Parameters:
  ///   - lastSucceeded: when a Job last succeeded: going back to an earlier satis.json asks for another build.
  ///   - invalid: how many builds of the same satis.json were invalid.
  public static func configurationBuild(
    repository: ObjectMetadata, configHash: String, lastSucceeded: Timestamp?, invalid: Int = 0
  ) -> String {
    let again = invalid == 0 ? "" : " \(invalid)"
    let identity = "\(repository.uid ?? "") \(configHash) \(lastSucceeded?.description ?? "")\(again)"
    return "\(prefix(repository.name, 40))-config-\(digest(identity, 8))"
  }

  /// The name of a scheduled build: the same for every controller that makes it.
  public static func scheduledBuild(
    repository: ObjectMetadata, operation: SatisBuild.Operation, time: Timestamp
  ) -> String {
    let kind = operation == .purge ? "purge" : "full"
    return "\(prefix(repository.name, 30))-\(digest(repository.uid ?? "", 8))-\(kind)-\(time.seconds)"
  }

  /// The name of a build that a person asks for.
  ///
  /// - Parameter suffix: what tells it from others.
  public static func manualBuild(repository: String, suffix: String) -> String {
    "\(prefix(repository, 40))-\(suffix)"
  }

  /// The value of the repository label: the name, or its beginning and a hash where labels allow no more.
  public static func repositoryLabelValue(_ name: String) -> String {
    name.count <= 63 ? name : "\(prefix(name, 54))-\(digest(name, 8))"
  }

  /// The value of the output label: 16 hexadecimal digits.
  public static func outputLabelValue(_ output: SatisRepository.Output) -> String {
    String(digest("\(output.claimName)/\(output.path ?? "")", 16))
  }

  /// Cut so that what follows fits, and never ending in what a name must not have before a hyphen.
  private static func prefix(_ name: String, _ length: Int) -> Substring {
    var prefix = name.prefix(length)
    while prefix.last == "." || prefix.last == "-" { prefix.removeLast() }
    return prefix
  }

  private static func digest(_ text: String, _ length: Int) -> Substring {
    SHA256.hash(data: Array(text.utf8)).hexadecimal.prefix(length)
  }
}
