import KubernetesClient
import SatisAPI

@testable import SatisController

/// A repository with its surroundings, from which a test makes a situation.
struct Scene {
  static let satisJSON = """
    {"name": "acme/packages", "homepage": "https://packages.example.org", "repositories": [
      {"type": "vcs", "url": "https://git.example.org/acme/lib.git", "name": "acme/lib"},
      {"type": "vcs", "url": "git@git.example.org:acme/app.git"}
    ]}
    """

  var now = Timestamp(seconds: 1_700_000_000)
  var repository: SatisRepository?
  var builds: [SatisBuild] = []
  var jobs: [Job] = []
  var pods: [Pod] = []
  var neighbours: [SatisRepository] = []
  var snapshots: [String] = []
  /// The volume claims that there are.
  var claims: [String: PersistentVolumeClaim] = ["output": Scene.volumeClaim("ReadWriteMany")]
  var slot = Situation.SlotAnswer.granted
  var live = Situation.LiveView()

  init() {
    var metadata = ObjectMetadata(name: "acme", namespace: "shop")
    metadata.uid = "uid-acme"
    metadata.resourceVersion = "10"
    metadata.generation = 1
    metadata.creationTimestamp = Timestamp(seconds: 1_600_000_000)
    metadata.finalizers = [ResourceNames.finalizer]
    repository = SatisRepository(
      metadata: metadata,
      spec: .init(config: .init(inline: Self.satisJSON), output: .init(claimName: "output", path: "acme")))
  }

  /// The situation as the caches show it, nothing looked up.
  var cached: Situation {
    Situation(
      key: NamespacedName(namespace: "shop", name: "acme"), now: now, repository: repository, builds: builds,
      cachedJobs: jobs, cachedPods: pods, neighbours: neighbours, live: live)
  }

  /// Decides, giving each look what the scene holds, and returns the actions with all looks on the way.
  func decide() -> (actions: [Action], looks: [Set<Look>], again: Duration?) {
    var situation = cached
    var looks: [Set<Look>] = []
    while true {
      switch RepositoryPlanner.decide(situation) {
      case .act(let actions, let again): return (actions, looks, again)
      case .look(let wanted):
        looks.append(wanted)
        if looks.count > 10 { return ([], looks, nil) }
        for look in wanted { show(look, in: &situation) }
      }
    }
  }

  private func show(_ look: Look, in situation: inout Situation) {
    switch look {
    case .repository:
      situation.live.hasRepository = true
      situation.live.configuration = nil
      situation.live.claims = nil
    case .configuration:
      situation.live.configuration = configuration
    case .claims:
      let names = situation.repository?.volumeUses.map(\.claimName) ?? []
      situation.live.claims = Dictionary(names.map { ($0, claims[$0]) }) { first, _ in first }
    case .output:
      situation.live.output = .init(jobs: jobs, pods: pods)
    case .build(let name):
      situation.live.builds[name] = .some(builds.first { $0.metadata.name == name })
    case .snapshots:
      situation.live.snapshots = snapshots
    case .slot:
      situation.live.slot = slot
    }
  }

  var configuration: Result<SatisConfiguration, ConfigurationProblem> = {
    do throws(SatisConfiguration.Refusal) {
      return .success(try SatisConfiguration(text: satisJSON))
    } catch {
      return .failure(ConfigurationProblem(isMissing: false, message: error.description))
    }
  }()

  var configHash: String { (try? configuration.get().hash) ?? "" }

  /// Adds a build, created so many seconds after the scene's beginning.
  @discardableResult
  mutating func addBuild(
    _ name: String, source: SatisBuild.Source? = nil, operation: SatisBuild.Operation? = nil,
    createdAfter: Int64 = 0
  ) -> SatisBuild {
    store(
      SatisBuild(
        metadata: ObjectMetadata(name: name, namespace: "shop"),
        spec: .init(repositoryRef: .init(name: "acme"), operation: operation, source: source)),
      createdAfter: createdAfter)
  }

  @discardableResult
  private mutating func store(_ build: SatisBuild, createdAfter: Int64 = 0) -> SatisBuild {
    var build = build
    build.metadata.uid = "uid-\(build.metadata.name)"
    build.metadata.resourceVersion = "20"
    build.metadata.generation = 1
    build.metadata.creationTimestamp = Timestamp(seconds: 1_700_000_000) + createdAfter
    builds.append(build)
    return build
  }

  /// A repository whose last full build was made from this satis.json.
  static var built: Scene {
    var scene = Scene()
    var status = SatisRepository.Status()
    status.configHash = scene.configHash
    scene.repository?.status = status
    return scene
  }

  /// Does what the actions say, as the API server would.
  mutating func apply(_ actions: [Action]) {
    for action in actions {
      switch action {
      case .ensureSnapshot, .notify: break
      case .setFinalizer(_, let isWanted):
        repository?.metadata.finalizers = isWanted ? [ResourceNames.finalizer] : nil
        if !isWanted, repository?.metadata.deletionTimestamp != nil { repository = nil }
      case .createBuild(let build): store(build)
      case .stopPod(let key, let since):
        guard let index = pods.firstIndex(where: { $0.key == key }) else { break }
        pods[index].metadata.labels?[ResourceNames.stopLabel] = "\(since.seconds)"
      case .endPod(let key):
        guard let index = pods.firstIndex(where: { $0.key == key }) else { break }
        pods[index].spec = .init(nodeName: "node", activeDeadlineSeconds: 1)
      case .deleteBuild(let key, _): builds.removeAll { $0.key == key }
      case .deleteSnapshot(let key): snapshots.removeAll { $0 == key.name }
      case .updateRepository(_, let status): repository?.status = status
      case .createJob(let manifest): addJob(manifest.claim.name)
      case .updateBuild(let build, let status):
        if let index = builds.firstIndex(where: { $0.metadata.uid == build.metadata.uid }) {
          builds[index].status = status
        }
      case .deleteJob(let key, _):
        jobs.removeAll { $0.key == key }
        pods.removeAll { $0.metadata.labels?["job-name"] == key.name }
      }
    }
  }

  /// Decides and applies.
  @discardableResult
  mutating func step() -> [Action] {
    let actions = decide().actions
    apply(actions)
    return actions
  }

  /// A claim that is bound to a volume with these access modes.
  static func volumeClaim(_ modes: String..., phase: String = "Bound") -> PersistentVolumeClaim {
    PersistentVolumeClaim(
      metadata: ObjectMetadata(name: "claim", namespace: "shop"), spec: .init(accessModes: modes),
      status: .init(phase: phase, accessModes: phase == "Bound" ? modes : nil))
  }

  /// Adds a Job of the repository, or of another owner.
  mutating func addJob(_ name: String, ownerUID: String? = nil) {
    guard let repository else { return }
    var metadata = ObjectMetadata(name: name, namespace: "shop")
    metadata.uid = "uid-\(name)"
    metadata.creationTimestamp = now
    metadata.labels = [ResourceNames.outputLabel: ResourceNames.outputLabelValue(repository.spec.output)]
    var owner = repository.ownerReference
    owner.uid = ownerUID ?? owner.uid
    metadata.ownerReferences = [owner]
    jobs.append(Job(metadata: metadata))
  }

  /// Adds a pod of a Job in a phase, ended with a termination message if one is given.
  mutating func addPod(_ name: String, job: String, phase: String, exitCode: Int = 0, message: String? = nil)
  {
    var metadata = ObjectMetadata(name: name, namespace: "shop")
    metadata.uid = "uid-\(name)"
    metadata.creationTimestamp = now
    metadata.labels = ["job-name": job]
    let terminated = Pod.Terminated(exitCode: exitCode, message: message, finishedAt: now)
    let isOver = phase == "Succeeded" || phase == "Failed"
    pods.append(
      Pod(
        metadata: metadata,
        status: .init(
          phase: phase,
          containerStatuses: isOver
            ? [.init(name: JobManifest.containerName, state: .init(terminated: terminated))] : nil)))
  }

  /// Ends the claim's Job the way the Job controller and the runner do.
  mutating func endJob(
    _ name: String, succeeded: Bool, reason: String? = nil, release: String? = nil,
    failed: [Int: String] = [:]
  ) {
    guard let index = jobs.firstIndex(where: { $0.metadata.name == name }) else { return }
    jobs[index].status = .init(conditions: [.init(type: succeeded ? "Complete" : "Failed", status: "True")])
    let entries = failed.sorted { $0.key < $1.key }
      .map { "{\"source\":\($0.key),\"reason\":\"\($0.value)\",\"message\":\"source \($0.key) failed\"}" }
      .joined(separator: ",")
    let report = """
      {"version":1,"result":"\(succeeded ? "Succeeded" : "Failed")","reason":"\(reason ?? (succeeded ? "Succeeded" : "SatisFailed"))",
       "message":"what happened","release":\((release ?? (succeeded ? "r1" : nil)).map { "\"\($0)\"" } ?? "null"),"exitCode":\(succeeded ? 0 : 1),
       "failedSources":[\(entries)],"packages":1,"startTime":"2023-11-14T22:13:20Z","endTime":"2023-11-14T22:14:20Z","log":"the end"}
      """
    pods.removeAll { $0.metadata.labels?["job-name"] == name }
    addPod(
      "\(name)-pod", job: name, phase: succeeded ? "Succeeded" : "Failed", exitCode: succeeded ? 0 : 1,
      message: report)
  }

  /// The `Succeeded` condition of a build.
  func condition(_ name: String) -> Condition? {
    builds.first { $0.metadata.name == name }?.status?.conditions?[ConditionType.succeeded]
  }

  var claim: SatisRepository.ActiveJob? { repository?.status?.activeJob }
}

extension [Action] {
  /// The actions in short words, for comparing whole plans.
  var words: [String] {
    map { action in
      switch action {
      case .ensureSnapshot: "snapshot"
      case .setFinalizer(_, let isWanted): isWanted ? "finalizer" : "no finalizer"
      case .createBuild(let build): "create \(build.metadata.name)"
      case .notify(let build, let told, let targets):
        "tell \(targets.map(\.name).joined(separator: ",")) \(build.metadata.name) \(told.result.rawValue)"
      case .stopPod(let key, _): "stop \(key.name)"
      case .endPod(let key): "end \(key.name)"
      case .deleteBuild(let key, _): "delete build \(key.name)"
      case .deleteSnapshot(let key): "delete snapshot \(key.name)"
      case .updateRepository(_, let status): status.activeJob.map { "claim \($0.name)" } ?? "repository"
      case .createJob(let manifest): "job \(manifest.claim.name)"
      case .updateBuild(let build, let status):
        "build \(build.metadata.name) \(status.conditions?[ConditionType.succeeded]?.reason ?? "-")"
      case .deleteJob(let key, _): "delete \(key.name)"
      }
    }
  }
}

extension SatisBuild.Source {
  /// Sources of the scene's satis.json, and the same after a branch of theirs was deleted.
  static let lib = Self(url: "https://git.example.org/acme/lib.git")
  static let app = Self(url: "https://git.example.org/acme/app")
  static let prunedLib = Self(url: "https://git.example.org/acme/lib.git", prune: true)
  static let prunedApp = Self(url: "https://git.example.org/acme/app", prune: true)
}
