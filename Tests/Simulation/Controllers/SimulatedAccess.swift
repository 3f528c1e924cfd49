import Curl
import KubernetesClient
import SatisAPI

@testable import SatisController

/// The door to the simulated cluster, at which requests are late, get lost, or are the last thing that a controller did.
struct SimulatedAccess: ClusterAccess {
  // Both outlive every request, and belong to the thread of the run.
  unowned let controller: Controller
  unowned let world: World

  // MARK: - Reading

  func repository(_ key: NamespacedName) async throws(KubernetesError) -> SatisRepository? {
    try await read("repository \(key.name)") { $0.repositories[key] }
  }

  /// The simulated repositories have nobody to tell.
  func secret(_ reference: KeyReference, in namespace: String) async throws(KubernetesError) -> [UInt8]? {
    try await read("Secret \(reference.name)") { _ in nil }
  }

  func build(_ key: NamespacedName) async throws(KubernetesError) -> SatisBuild? {
    try await read("build \(key.name)") { $0.builds[key] }
  }

  func configuration(
    of repository: SatisRepository
  ) async throws(KubernetesError) -> Result<SatisConfiguration, ConfigurationProblem> {
    var text = repository.spec.config.inline
    if let reference = repository.spec.config.configMapKeyRef {
      let key = NamespacedName(namespace: repository.key.namespace, name: reference.name)
      text = try await read("ConfigMap \(key.name)") { $0.configurations[key] }
    }
    guard let text else {
      return .failure(ConfigurationProblem(isMissing: true, message: "satis.json does not exist; create it"))
    }
    return world.configuration(text: text).mapError {
      ConfigurationProblem(isMissing: false, message: "satis.json is refused: \($0)")
    }
  }

  func volumeClaim(_ key: NamespacedName) async throws(KubernetesError) -> PersistentVolumeClaim? {
    try await read("PersistentVolumeClaim \(key.name)") { server in
      server.missingClaims.contains(key.name)
        ? nil : PersistentVolumeClaim(metadata: .init(name: key.name, namespace: key.namespace))
    }
  }

  func output(
    of repository: SatisRepository, neighbours: [SatisRepository]
  ) async throws(KubernetesError) -> Situation.OutputView {
    var view = Situation.OutputView(jobs: [], pods: [])
    let outputs = ([repository] + neighbours).map { ResourceNames.outputLabelValue($0.spec.output) }
    for label in Set(outputs).sorted() {
      view.jobs += try await read("Jobs of output \(label)") { server in
        server.jobs.sorted.filter { $0.metadata.labels?[ResourceNames.outputLabel] == label }
      }
      view.pods += try await read("pods of output \(label)") { server in
        server.pods.sorted.filter { $0.metadata.labels?[ResourceNames.outputLabel] == label }
      }
    }
    if let claim = repository.status?.activeJob,
      !view.jobs.contains(where: { $0.metadata.name == claim.name })
    {
      let key = NamespacedName(namespace: repository.key.namespace, name: claim.name)
      if let job = try await read("Job \(claim.name)", { $0.jobs[key] }) { view.jobs.append(job) }
    }
    return view
  }

  func snapshots(of repository: SatisRepository) async throws(KubernetesError) -> [String] {
    let uid = repository.metadata.uid ?? ""
    return try await read("snapshots") { server in
      server.snapshots.filter { $0.value == uid }.map(\.key.name).sorted()
    }
  }

  // MARK: - Writing

  func setFinalizer(
    _ repository: SatisRepository, _ isWanted: Bool
  ) async throws(KubernetesError) -> SatisRepository? {
    try await missingIsNil {
      () throws(KubernetesError) in
      try await write("\(isWanted ? "set" : "remove") the finalizer of \(repository.metadata.name)") {
        server throws(KubernetesError) in
        try server.change(
          repository.key, in: server.repositories, ifVersion: repository.metadata.resourceVersion
        ) { object in
          let others = (repository.metadata.finalizers ?? []).filter { $0 != ResourceNames.finalizer }
          object.metadata.finalizers = others + (isWanted ? [ResourceNames.finalizer] : [])
        }
      }
    }
  }

  func ensure(_ snapshot: Snapshot) async throws(KubernetesError) {
    let key = snapshot.key
    let owner = snapshot.owner.uid
    try await write("make snapshot \(key.name)") { server in
      if server.snapshots[key] == nil { server.snapshots[key] = owner }
    }
  }

  func update(
    _ repository: SatisRepository, _ status: SatisRepository.Status
  ) async throws(KubernetesError) -> SatisRepository? {
    guard status != repository.status ?? .init() else { return nil }
    return try await write("write status of repository \(repository.metadata.name): \(words(status))") {
      server throws(KubernetesError) in
      let old = server.repositories[repository.key]
      let written = try server.change(
        repository.key, in: server.repositories, ifVersion: repository.metadata.resourceVersion
      ) { $0.status = merged(status, into: $0.status) }
      world.ledger.wroteRepository(old, written, by: controller)
      return written
    }
  }

  func update(_ build: SatisBuild, _ status: SatisBuild.Status) async throws(KubernetesError) -> SatisBuild? {
    guard status != build.status ?? .init() else { return nil }
    return try await missingIsNil { () throws(KubernetesError) in
      try await write("write status of build \(build.metadata.name): \(words(status))") {
        server throws(KubernetesError) in
        let old = server.builds[build.key]
        let written = try server.change(
          build.key, in: server.builds, ifVersion: build.metadata.resourceVersion
        ) { $0.status = merged(status, into: $0.status) }
        world.ledger.wroteBuild(old, written, by: controller)
        return written
      }
    }
  }

  func create(_ manifest: JobManifest) async throws(KubernetesError) {
    try await write("create Job \(manifest.key.name)") { server throws(KubernetesError) in
      if world.isQuotaUsedUp {
        world.tally.count(.quota)
        throw .refused(403, "Forbidden", "exceeded quota")
      }
      if world.strikes(.jobInvalid, world.faults.jobInvalid) {
        throw .refused(422, "Invalid", "Job is invalid")
      }
      let repository = manifest.repository
      let output = repository.spec.output
      let metadata = ObjectMetadata(
        name: manifest.key.name, namespace: manifest.key.namespace,
        labels: [
          ResourceNames.repositoryLabel: ResourceNames.repositoryLabelValue(repository.metadata.name),
          ResourceNames.outputLabel: ResourceNames.outputLabelValue(output),
        ],
        ownerReferences: [repository.ownerReference])
      let job = try server.create(Job(metadata: metadata), in: server.jobs)
      let excuse = world.ledger.createdJob(job, manifest, by: controller)
      let order = WorkOrder(repository: repository, claim: manifest.claim)
      world.jobController.adopt(
        job, PodTemplate(claim: manifest.claim, order: order, output: output), excuse: excuse)
    }
  }

  func create(_ build: SatisBuild) async throws(KubernetesError) {
    try await write("create build \(build.metadata.name)") { server throws(KubernetesError) in
      guard server.builds[build.key] == nil else { return }
      _ = try server.create(build, in: server.builds)
    }
  }

  func stopPod(_ key: NamespacedName, since: Timestamp) async throws(KubernetesError) {
    try await write("stop pod \(key.name)") { server throws(KubernetesError) in
      guard server.pods[key] != nil else { return }
      try server.change(key, in: server.pods) { pod in
        pod.metadata.labels?[ResourceNames.stopLabel] = "\(since.seconds)"
      }
    }
  }

  func endPod(_ key: NamespacedName) async throws(KubernetesError) {
    try await write("end pod \(key.name)") { server throws(KubernetesError) in
      guard server.pods[key] != nil else { return }
      try server.change(key, in: server.pods) { pod in
        pod.spec = pod.spec ?? .init()
        pod.spec?.activeDeadlineSeconds = 1
      }
    }
  }

  func deleteJob(_ key: NamespacedName, uid: String) async throws(KubernetesError) {
    try await write("delete Job \(key.name)") { server throws(KubernetesError) in
      guard server.jobs[key] != nil else { return }
      try server.delete(key, in: server.jobs, ifUID: uid)
    }
  }

  func deleteBuild(_ key: NamespacedName, uid: String) async throws(KubernetesError) {
    try await write("delete build \(key.name)") { server throws(KubernetesError) in
      guard let build = server.builds[key] else { return }
      if build.metadata.uid == uid { world.ledger.retired(build) }
      try server.delete(key, in: server.builds, ifUID: uid)
    }
  }

  func deleteSnapshot(_ key: NamespacedName) async throws(KubernetesError) {
    try await write("delete snapshot \(key.name)") { $0.snapshots[key] = nil }
  }

  /// What a patch makes of the stored status: only what differs is sent.
  private func merged(
    _ status: SatisRepository.Status, into stored: SatisRepository.Status?
  ) -> SatisRepository.Status {
    controller.isEarlierVersion ? EarlierVersion.keep(stored, in: status) : status
  }

  private func merged(_ status: SatisBuild.Status, into stored: SatisBuild.Status?) -> SatisBuild.Status {
    controller.isEarlierVersion ? EarlierVersion.keep(stored, in: status) : status
  }

  // MARK: - On the way

  private func read<Answer: Sendable>(
    _ what: @autoclosure @escaping () -> String,
    _ body: @escaping (APIServer) throws(KubernetesError) -> Answer
  ) async throws(KubernetesError) -> Answer {
    try await send(what, isWrite: false, body)
  }

  @discardableResult
  private func write<Answer: Sendable>(
    _ what: @autoclosure @escaping () -> String,
    _ body: @escaping (APIServer) throws(KubernetesError) -> Answer
  ) async throws(KubernetesError) -> Answer {
    try await send(what, isWrite: true, body)
  }

  private func send<Answer: Sendable>(
    _ what: @escaping () -> String, isWrite: Bool,
    _ body: @escaping (APIServer) throws(KubernetesError) -> Answer
  ) async throws(KubernetesError) -> Answer {
    let result: Result<Answer, KubernetesError> = await withUnsafeContinuation { continuation in
      Request(controller: controller, world: world, what: what, isWrite: isWrite, body: body) {
        continuation.resume(returning: $0)
      }.send()
    }
    return try result.get()
  }

  private func missingIsNil<Answer>(
    _ body: () async throws(KubernetesError) -> Answer
  ) async throws(KubernetesError) -> Answer? {
    do throws(KubernetesError) {
      return try await body()
    } catch {
      guard error.isNotFound else { throw error }
      return nil
    }
  }

  private func words(_ status: SatisRepository.Status) -> String {
    let ready = status.conditions?[ConditionType.ready]?.reason ?? "-"
    let claim = status.activeJob.map { claim in
      "\(claim.name) \(claim.operation) \(claim.full ? "full " : "")for "
        + claim.builds.map { item in
          item.name + item.sources.map { " \($0.url) \($0.package ?? "")" }.joined()
            + (item.supersedes.map { " superseding \($0)" } ?? "")
        }.joined(separator: ", ")
    }
    return "\(ready), queued \(status.queuedBuilds ?? 0), claim \(claim ?? "none")"
  }

  private func words(_ status: SatisBuild.Status) -> String {
    let condition = status.conditions?[ConditionType.succeeded]
    let by = status.supersededBy.map { " by \($0)" } ?? ""
    return
      "\(condition?.reason ?? "-")\(by), \(status.attempts?.count ?? 0) attempts: \(condition?.message ?? "")"
  }
}
