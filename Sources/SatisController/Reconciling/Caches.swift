import ControllerRuntime
import KubernetesClient
import SatisAPI

/// The informers' caches, each indexed by the key of the repository.
struct Caches: Sendable {
  let repositories: Cache<SatisRepository>
  let builds: Cache<SatisBuild>
  let jobs: Cache<Job>
  let pods: Cache<Pod>

  /// Empty caches.
  init() {
    repositories = Cache { [$0.key] + Self.outputKeys(of: $0) + Self.configurationKeys(of: $0) }
    builds = Cache { [NamespacedName(namespace: $0.key.namespace, name: $0.spec.repositoryRef.name)] }
    jobs = Cache { Self.repositoryKeys(of: $0.metadata) }
    pods = Cache { Self.repositoryKeys(of: $0.metadata) }
  }

  /// Whether a decision can be made, which needs all four views: the absence of a Job means nothing before Jobs are
  /// listed.
  var areSynced: Bool { repositories.isSynced && builds.isSynced && jobs.isSynced && pods.isSynced }

  /// Repositories whose output is this one's, lies in it or has it inside.
  func neighbours(of repository: SatisRepository) -> [SatisRepository] {
    let output = repository.spec.output
    let namespace = repository.key.namespace
    // Those in it have its directory among their parents; those around it are its parents' own.
    var found = repositories.objects(indexedBy: Self.key("under", output.segments, output, namespace))
    for length in 0..<output.segments.count {
      found += repositories.objects(
        indexedBy: Self.key("own", Array(output.segments.prefix(length)), output, namespace))
    }
    return found.filter { $0.metadata.uid != repository.metadata.uid }
  }

  /// The keys of repositories whose satis.json is in a ConfigMap.
  func repositories(configuredBy map: NamespacedName) -> [NamespacedName] {
    repositories.objects(indexedBy: Self.configurationKey(map)).map(\.key)
  }

  /// Whether an index key is that of a repository, as opposed to one of a directory.
  static func isRepository(_ key: NamespacedName) -> Bool { !key.name.contains(":") }

  /// Directories as index keys; their colon keeps them apart from the names of objects.
  private static func outputKeys(of repository: SatisRepository) -> [NamespacedName] {
    let output = repository.spec.output
    let namespace = repository.key.namespace
    return [key("own", output.segments, output, namespace)]
      + (0...output.segments.count).map { length in
        key("under", Array(output.segments.prefix(length)), output, namespace)
      }
  }

  private static func key(
    _ relation: String, _ segments: [Substring], _ output: SatisRepository.Output, _ namespace: String
  ) -> NamespacedName {
    NamespacedName(
      namespace: namespace, name: "\(relation):\(output.claimName):\(segments.joined(separator: "/"))")
  }

  private static func configurationKeys(of repository: SatisRepository) -> [NamespacedName] {
    guard let name = repository.spec.config.configMapKeyRef?.name else { return [] }
    return [configurationKey(NamespacedName(namespace: repository.key.namespace, name: name))]
  }

  private static func configurationKey(_ map: NamespacedName) -> NamespacedName {
    NamespacedName(namespace: map.namespace, name: "configuration:\(map.name)")
  }

  private static func repositoryKeys(of metadata: ObjectMetadata) -> [NamespacedName] {
    guard
      let owner = metadata.ownerReferences?.first(where: { $0.kind == SatisRepository.resourceType.kind })?
        .name
        ?? metadata.labels?[ResourceNames.repositoryLabel]
    else { return [] }
    return [NamespacedName(namespace: metadata.namespace ?? "", name: owner)]
  }
}
