import ControllerRuntime
import KubernetesClient
import SatisAPI

/// The door to a real cluster.
struct KubernetesAccess: ClusterAccess {
  let client: KubernetesClient
  /// The Satis image of repositories that name none.
  let defaultImage: String
  private let outputs: LiveOutputs
  /// Without what has ended: Jobs and pods that are kept for their logs are many times larger than all that is asked.
  private let unfinishedOutputs: LiveOutputs
  private let configurations = KnownConfigurations()
  /// The ConfigMaps that the watch has shown, by which a snapshot that is there is not sent again.
  private let configMaps: Cache<ObjectIdentity<ConfigMap>>
  /// Where snapshots go through on their way to the server.
  ///
  /// Each has the whole runner in it, of more than 100 KB. Repositories that start together are not to have them in memory
  /// all at once.
  private let snapshots = Turnstile(width: 8)

  init(client: KubernetesClient, defaultImage: String, configMaps: Cache<ObjectIdentity<ConfigMap>>) {
    self.client = client
    self.defaultImage = defaultImage
    self.configMaps = configMaps
    outputs = Self.outputs(client)
    // A Job whose pod has succeeded makes no other one.
    unfinishedOutputs = Self.outputs(
      client, jobs: "status.successful=0", pods: "status.phase!=Succeeded,status.phase!=Failed")
  }

  private static func outputs(
    _ client: KubernetesClient, jobs: String? = nil, pods: String? = nil
  ) -> LiveOutputs {
    LiveOutputs(
      jobs: OutputLists { namespace, selector throws(KubernetesError) in
        try await client.listAll(Job.self, in: namespace, labelSelector: selector, fieldSelector: jobs)
      },
      pods: OutputLists { namespace, selector throws(KubernetesError) in
        try await client.listAll(Pod.self, in: namespace, labelSelector: selector, fieldSelector: pods)
      })
  }

  // MARK: - Reading

  func repository(_ key: NamespacedName) async throws(KubernetesError) -> SatisRepository? {
    try await found(SatisRepository.self, key)
  }

  func build(_ key: NamespacedName) async throws(KubernetesError) -> SatisBuild? {
    try await found(SatisBuild.self, key)
  }

  func configuration(
    of repository: SatisRepository
  ) async throws(KubernetesError) -> Result<SatisConfiguration, ConfigurationProblem> {
    try await ConfigurationLoader(reader: client, known: configurations).load(repository)
  }

  func volumeClaim(_ key: NamespacedName) async throws(KubernetesError) -> PersistentVolumeClaim? {
    try await found(PersistentVolumeClaim.self, key)
  }

  func output(
    of repository: SatisRepository, neighbours: [SatisRepository]
  ) async throws(KubernetesError) -> Situation.OutputView {
    let labels = Set(([repository] + neighbours).map { ResourceNames.outputLabelValue($0.spec.output) })
    // Only who follows a Job, or deletes all, has to know of those that have ended.
    let isToStart = repository.status?.activeJob == nil && repository.metadata.deletionTimestamp == nil
    var view = try await (isToStart ? unfinishedOutputs : outputs)
      .view(of: labels, in: repository.key.namespace)
    // Somebody else's Job may have the claim's name and none of the labels.
    if let claim = repository.status?.activeJob,
      !view.jobs.contains(where: { $0.metadata.name == claim.name })
    {
      let key = NamespacedName(namespace: repository.key.namespace, name: claim.name)
      if let job = try await found(Job.self, key) { view.jobs.append(job) }
    }
    return view
  }

  func snapshots(of repository: SatisRepository) async throws(KubernetesError) -> [String] {
    let label = ResourceNames.repositoryLabelValue(repository.metadata.name)
    let selector =
      "\(ResourceNames.managedByLabel)=\(ResourceNames.manager),"
      + "\(ResourceNames.componentLabel)=\(ResourceNames.snapshotComponent),\(ResourceNames.repositoryLabel)=\(label)"
    return try await client.listAll(
      ObjectIdentity<ConfigMap>.self, in: repository.metadata.namespace, labelSelector: selector
    ).items.filter { map in
      map.metadata.ownerReferences?.contains { $0.uid == repository.metadata.uid } ?? false
    }.map(\.metadata.name)
  }

  func secret(_ reference: KeyReference, in namespace: String) async throws(KubernetesError) -> [UInt8]? {
    try await found(Secret.self, NamespacedName(namespace: namespace, name: reference.name))?
      .data?[reference.key]?.bytes
  }

  private func found<Object: KubernetesObject>(
    _ type: Object.Type, _ key: NamespacedName
  ) async throws(KubernetesError) -> Object? {
    do throws(KubernetesError) {
      return try await client.get(type, key)
    } catch {
      guard error.isNotFound else { throw error }
      return nil
    }
  }

  // MARK: - Writing

  func setFinalizer(
    _ repository: SatisRepository, _ isWanted: Bool
  ) async throws(KubernetesError) -> SatisRepository? {
    let others = (repository.metadata.finalizers ?? []).filter { $0 != ResourceNames.finalizer }
    let finalizers = (others + (isWanted ? [ResourceNames.finalizer] : [])).map { JSONValue.string($0) }
    do throws(KubernetesError) {
      return try await client.mergePatch(
        SatisRepository.self, repository.key, patch: ["metadata": ["finalizers": .array(finalizers)]],
        resourceVersion: repository.metadata.resourceVersion)
    } catch {
      guard error.isNotFound else { throw error }
      return nil
    }
  }

  func ensure(_ snapshot: Snapshot) async throws(KubernetesError) {
    // Its name holds the hash of its content, and it is immutable. Where it was deleted a moment ago, the pod that lacks
    // it does not start, and by its next attempt that is known here.
    guard snapshot.isSecret || configMaps[snapshot.key] == nil else { return }
    try await snapshots.pass { () throws(KubernetesError) in
      let map = try await ensureConfigMap(of: snapshot)
      if snapshot.isSecret { try await ensureSecret(of: snapshot, ownedBy: map) }
    }
  }

  /// - Returns: its uid.
  private func ensureConfigMap(of snapshot: Snapshot) async throws(KubernetesError) -> String {
    if let uid = configMaps[snapshot.key]?.metadata.uid { return uid }
    do throws(KubernetesError) {
      return try await client.createReturningMetadata(snapshot.configMap).uid ?? ""
    } catch {
      guard error.isAlreadyExists else { throw error }
      return try await client.get(ObjectIdentity<ConfigMap>.self, snapshot.key).metadata.uid ?? ""
    }
  }

  private func ensureSecret(of snapshot: Snapshot, ownedBy map: String) async throws(KubernetesError) {
    if try await isSecret(snapshot.key, ownedBy: map) { return }
    do throws(KubernetesError) {
      _ = try await client.createReturningMetadata(snapshot.secret(ownedBy: map))
    } catch {
      // The answer to an earlier try may have been lost. One whose ConfigMap has gone is about to go as well, and a pod that
      // begins by then would lack it.
      guard error.isAlreadyExists, try await isSecret(snapshot.key, ownedBy: map) else { throw error }
    }
  }

  private func isSecret(_ key: NamespacedName, ownedBy uid: String) async throws(KubernetesError) -> Bool {
    try await found(ObjectIdentity<Secret>.self, key)?.metadata.ownerReferences?.contains { $0.uid == uid }
      ?? false
  }

  func update(
    _ repository: SatisRepository, _ status: SatisRepository.Status
  ) async throws(KubernetesError) -> SatisRepository? {
    try await patchStatus(repository, from: repository.status, to: status)
  }

  func update(
    _ build: SatisBuild, _ status: SatisBuild.Status
  ) async throws(KubernetesError) -> SatisBuild? {
    do throws(KubernetesError) {
      return try await patchStatus(build, from: build.status, to: status)
    } catch {
      // A build that was deleted meanwhile needs no status.
      guard error.isNotFound else { throw error }
      return nil
    }
  }

  func create(_ job: JobManifest) async throws(KubernetesError) {
    let json: JSONValue
    do {
      json = try job.manifest(defaultImage: defaultImage)
    } catch {
      throw KubernetesError(request: "create Job \(job.key)", cause: .configuration("\(error)"))
    }
    // Where it exists already, the answer to an earlier try was lost or the name is somebody else's. Either way
    // this plan is over, and the next look at the output tells which.
    _ = try await client.createReturningMetadata(Job.self, manifest: json, key: job.key)
  }

  func create(_ build: SatisBuild) async throws(KubernetesError) {
    try await ignoringExisting { () throws(KubernetesError) in
      _ = try await client.createReturningMetadata(build)
    }
  }

  func stopPod(_ key: NamespacedName, since: Timestamp) async throws(KubernetesError) {
    try await ignoringMissing { () throws(KubernetesError) in
      _ = try await client.mergePatch(
        Pod.self, key,
        patch: ["metadata": ["labels": [ResourceNames.stopLabel: .string("\(since.seconds)")]]],
        resourceVersion: nil)
    }
  }

  func endPod(_ key: NamespacedName) async throws(KubernetesError) {
    try await ignoringMissing { () throws(KubernetesError) in
      _ = try await client.mergePatch(
        Pod.self, key, patch: ["spec": ["activeDeadlineSeconds": .integer(Pod.endingDeadlineSeconds)]],
        resourceVersion: nil)
    }
  }

  func deleteJob(_ key: NamespacedName, uid: String) async throws(KubernetesError) {
    try await delete(Job.self, key, uid: uid)
  }

  func deleteBuild(_ key: NamespacedName, uid: String) async throws(KubernetesError) {
    try await delete(SatisBuild.self, key, uid: uid)
  }

  func deleteSnapshot(_ key: NamespacedName) async throws(KubernetesError) {
    configMaps.forget(key)
    try await delete(ConfigMap.self, key, uid: nil)
  }

  /// Writes the difference of two statuses against the version they were decided on; nil when there is none.
  private func patchStatus<Object: KubernetesObject, Status: Encodable>(
    _ object: Object, from old: Status?, to new: Status
  ) async throws(KubernetesError) -> Object? {
    let patch: JSONValue?
    do {
      let before = try old.map { try JSONValue(encoding: $0) } ?? [:]
      patch = JSONValue.mergePatch(from: before, to: try JSONValue(encoding: new))
    } catch {
      throw KubernetesError(
        request: "patch \(Object.resourceType.kind) \(object.key)/status", cause: .configuration("\(error)"))
    }
    guard let patch else { return nil }
    return try await client.mergePatch(
      Object.self, object.key, subresource: .status, patch: ["status": patch],
      resourceVersion: object.metadata.resourceVersion)
  }

  private func delete<Object: KubernetesObject>(
    _ type: Object.Type, _ key: NamespacedName, uid: String?
  ) async throws(KubernetesError) {
    try await ignoringMissing { () throws(KubernetesError) in
      try await client.delete(type, key, uid: uid, propagation: .background)
    }
  }

  private func ignoringMissing(
    _ body: () async throws(KubernetesError) -> Void
  ) async throws(KubernetesError) {
    do throws(KubernetesError) {
      try await body()
    } catch {
      guard error.isNotFound else { throw error }
    }
  }

  private func ignoringExisting(
    _ body: () async throws(KubernetesError) -> Void
  ) async throws(KubernetesError) {
    do throws(KubernetesError) {
      try await body()
    } catch {
      guard error.isAlreadyExists else { throw error }
    }
  }
}
