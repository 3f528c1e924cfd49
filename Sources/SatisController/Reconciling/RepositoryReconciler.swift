import ControllerRuntime
import KubernetesClient
import Logging
import SatisAPI

/// Carries out what `RepositoryPlanner` decides: reads what it asks for, performs its actions in order, and
/// stops at the first that fails.
///
/// It decides nothing itself.
struct RepositoryReconciler: Sendable {
  let client: KubernetesClient
  let caches: Caches
  let defaultImage: String
  let now: @Sendable () -> Timestamp
  let logger: Logger

  /// The informers' caches, each indexed by the key of the repository.
  struct Caches: Sendable {
    let repositories: Cache<SatisRepository>
    let builds: Cache<SatisBuild>
    let jobs: Cache<Job>
    let pods: Cache<Pod>
  }

  /// Works on one repository until there is nothing to do but wait.
  func reconcile(_ key: NamespacedName) async -> WorkOutcome {
    do throws(KubernetesError) {
      var situation = situation(key)
      while true {
        switch RepositoryPlanner.decide(situation) {
        case .look(let looks):
          try await take(looks, into: &situation)
        case .act(let actions, let again):
          guard let refusal = try await perform(actions) else {
            return again.map { .again(after: $0) } ?? .settled
          }
          // That is no reason to give up but one to decide anew, now that the claim is written.
          situation = self.situation(key)
          situation.live.jobRefusal = refusal
        }
      }
    } catch {
      return outcome(of: error, key)
    }
  }

  private func outcome(of error: KubernetesError, _ key: NamespacedName) -> WorkOutcome {
    if error.isCancelled { return .failed }
    // A conflict is how the server says that the decision was made from an old view; it is no trouble.
    logger.log(
      level: error.isConflict ? .debug : .warning, "reconciling is interrupted and tried again",
      metadata: ["repository": "\(key)", "cause": "\(error)"])
    return .failed
  }

  private func situation(_ key: NamespacedName) -> Situation {
    Situation(
      key: key,
      now: now(),
      repository: caches.repositories[key].flatMap { $0.metadata.deletionTimestamp == nil ? $0 : nil },
      builds: caches.builds.objects(indexedBy: key),
      cachedJobs: caches.jobs.objects(indexedBy: key),
      cachedPods: caches.pods.objects(indexedBy: key))
  }

  // MARK: - Looking

  private func take(_ looks: Set<Look>, into situation: inout Situation) async throws(KubernetesError) {
    for look in looks {
      switch look {
      case .repository:
        let repository = try await found(SatisRepository.self, situation.key)
        situation.repository = repository.flatMap { $0.metadata.deletionTimestamp == nil ? $0 : nil }
        situation.live.hasRepository = true
        // What was read for the cached repository may not fit the live one.
        situation.live.configuration = nil
      case .configuration:
        guard let repository = situation.repository else { continue }
        situation.live.configuration = try await ConfigurationLoader(client: client).load(repository)
      case .output:
        guard let repository = situation.repository else { continue }
        situation.live.output = try await output(of: repository)
      case .build(let name):
        let key = NamespacedName(namespace: situation.key.namespace, name: name)
        situation.live.builds[name] = .some(try await found(SatisBuild.self, key))
      }
    }
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

  private func output(
    of repository: SatisRepository
  ) async throws(KubernetesError) -> Situation.OutputView {
    let namespace = repository.metadata.namespace
    let selector = "\(ResourceNames.outputLabel)=\(ResourceNames.outputLabelValue(repository.spec.output))"
    // Jobs first: a Job that is finished by then makes no pod that the second list could miss.
    var jobs = try await client.listAll(Job.self, in: namespace, labelSelector: selector).items
    let pods = try await client.listAll(Pod.self, in: namespace, labelSelector: selector).items
    // Somebody else's Job may have the claim's name and none of the labels.
    if let claim = repository.status?.activeJob, !jobs.contains(where: { $0.metadata.name == claim.name }) {
      let key = NamespacedName(namespace: repository.key.namespace, name: claim.name)
      if let job = try await found(Job.self, key) { jobs.append(job) }
    }
    return Situation.OutputView(jobs: jobs, pods: pods)
  }

  // MARK: - Acting

  /// Performs actions in order, up to a Job that the server does not take.
  private func perform(_ actions: [Action]) async throws(KubernetesError) -> Situation.JobRefusal? {
    for action in actions {
      do throws(KubernetesError) {
        try await perform(action)
      } catch {
        guard case .createJob = action, let status = error.status, error.isInvalid || status.code == 403
        else {
          throw error
        }
        return Situation.JobRefusal(
          isTemporary: status.code == 403, message: status.message ?? status.reason ?? "HTTP \(status.code)")
      }
    }
    return nil
  }

  private func perform(_ action: Action) async throws(KubernetesError) {
    switch action {
    case .ensureSnapshot(let snapshot): try await ensure(snapshot)
    case .updateRepository(let repository, let status): try await update(repository, status)
    case .createJob(let manifest): try await create(manifest)
    case .updateBuild(let build, let status): try await update(build, status)
    case .deleteJob(let key, let uid):
      try await ignoringMissing { () throws(KubernetesError) in
        try await client.delete(Job.self, key, uid: uid, propagation: .background)
      }
      logger.info("deleted a Job", metadata: ["job": "\(key)"])
    }
  }

  private func ensure(_ snapshot: Snapshot) async throws(KubernetesError) {
    do throws(KubernetesError) {
      if snapshot.isSecret {
        _ = try await client.create(snapshot.secret)
      } else {
        _ = try await client.create(snapshot.configMap)
      }
    } catch {
      // Its name holds the hash of its content, and it is immutable.
      guard error.isAlreadyExists else { throw error }
    }
  }

  private func create(_ manifest: JobManifest) async throws(KubernetesError) {
    let json: JSONValue
    do {
      json = try manifest.manifest(defaultImage: defaultImage)
    } catch {
      throw KubernetesError(request: "create Job \(manifest.key)", cause: .configuration("\(error)"))
    }
    // Where it exists already, the answer to an earlier try was lost or the name is somebody else's. Either way
    // this plan is over, and the next look at the output tells which.
    _ = try await client.create(Job.self, manifest: json, key: manifest.key)
    logger.info(
      "created a Job",
      metadata: [
        "job": "\(manifest.key)", "builds": "\(manifest.claim.builds.map(\.name).joined(separator: ","))",
      ])
  }

  private func update(
    _ repository: SatisRepository, _ status: SatisRepository.Status
  ) async throws(KubernetesError) {
    if let written = try await patchStatus(repository, from: repository.status, to: status) {
      caches.repositories.wrote(written)
    }
  }

  private func update(_ build: SatisBuild, _ status: SatisBuild.Status) async throws(KubernetesError) {
    // A build that was deleted meanwhile needs no status.
    try await ignoringMissing { () throws(KubernetesError) in
      guard let written = try await patchStatus(build, from: build.status, to: status) else { return }
      caches.builds.wrote(written)
      let condition = status.conditions?[ConditionType.succeeded]
      logger.info(
        "build status",
        metadata: [
          "build": "\(build.key)", "reason": "\(condition?.reason ?? "")", "job": "\(status.jobName ?? "")",
        ])
    }
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

  private func ignoringMissing(
    _ body: () async throws(KubernetesError) -> Void
  ) async throws(KubernetesError) {
    do throws(KubernetesError) {
      try await body()
    } catch {
      guard error.isNotFound else { throw error }
    }
  }
}
