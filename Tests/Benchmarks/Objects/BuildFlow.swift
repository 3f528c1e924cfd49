import KubernetesClient
import SatisAPI

@testable import SatisController

/// One repository at rest, a build of it, and everything that is written until the build is Running.
///
/// The manifests are the controller's own, so that the floor writes the same bytes.
struct BuildFlow: Sendable {
  let repository: SatisRepository
  let build: SatisBuild
  private let configuration: SatisConfiguration

  /// A satis.json with two sources.
  static let satisJSON = """
    {"name": "acme/packages", "homepage": "https://packages.example.org", "repositories": [
      {"type": "vcs", "url": "https://git.example.org/acme/lib.git", "name": "acme/lib"},
      {"type": "vcs", "url": "git@git.example.org:acme/app.git"}
    ]}
    """
  /// The URL of a source as a git host would spell it.
  static let source = "https://git.example.org/acme/lib"
  /// A uid for objects that were not read from the server.
  static let uid = "2f6a1b0e-7c1d-4b57-9c3e-5d0c8a3f7e11"

  /// - Parameter secret: the Secret that calls of the webhook are signed with.
  init(_ name: String, in namespace: String, at now: Timestamp, secret: KeyReference? = nil) throws {
    configuration = try SatisConfiguration(text: Self.satisJSON)
    var metadata = ObjectMetadata(name: name, namespace: namespace)
    metadata.finalizers = [ResourceNames.finalizer]
    var spec = SatisRepository.Spec(
      config: .init(inline: Self.satisJSON), output: .init(claimName: "output", path: name))
    // There are no pods; nobody shall give up waiting for one while something else is measured.
    var patience = SatisRepository.Build()
    patience.startDeadlineSeconds = 86_400
    spec.build = patience
    if let secret { spec.webhook = .init(secretRefs: [secret]) }
    var repository = SatisRepository(metadata: metadata, spec: spec)
    // As the controller leaves it when there is nothing to do.
    repository.metadata.generation = 1
    var status = repository.status(queued: 0)
    status.setReadiness(of: repository, configuration, nil, isBoundToOneNode: false, at: now)
    status.configHash = configuration.hash
    repository.status = status
    self.repository = repository
    build = SatisBuild(
      metadata: ObjectMetadata(name: "\(name)-4f1c29be07d1a2c6", namespace: namespace),
      spec: .init(
        repositoryRef: .init(name: name), source: .init(url: Self.source),
        trigger: .init(
          type: .webhook, provider: "github", deliveryID: "72d3162e-cc78-11e3-81ab-4c9367dc0958",
          ref: "refs/heads/main", commit: "6113728f27ae82c7b1a177c8d03f9e96e0adf246", actor: "alexdoe")))
  }

  /// The repository, as if it had been built before.
  func prepare() throws -> [RawRequest] {
    [
      try .create(repository),
      try .patchStatus(SatisRepository.resourceType, repository.key, repository.status),
    ]
  }

  /// What else a build before this one has left: its satis.json and its runner.
  ///
  /// - Parameter repository: as it was created.
  func snapshot(of repository: SatisRepository, _ files: SnapshotText) throws -> RawRequest {
    try files.request(Snapshot(repository: repository, configuration: configuration))
  }

  /// What starts the controllers' work.
  func ask() throws -> RawRequest { try .create(build) }

  /// The first things that a controller has to write: the claim, and the Job.
  func claimAndJob(at now: Timestamp) throws -> [RawRequest] {
    let claim = claim(at: now)
    return [
      try .patchStatus(SatisRepository.resourceType, repository.key, claimed(claim)), try job(claim),
    ]
  }

  /// All requests without which no Job may be created for a push, in steps, each of which needs the one before: the proof
  /// is checked, the build stored, the output looked at, the claim made.
  ///
  /// - Parameter secret: the Secret that calls are signed with.
  func requests(secret: String, at now: Timestamp) throws -> [[RawRequest]] {
    let namespace = repository.key.namespace
    let output = ResourceNames.outputLabelValue(repository.spec.output)
    return [
      [
        .get(SatisRepository.resourceType, repository.key, isRecent: true),
        .get(Secret.resourceType, NamespacedName(namespace: namespace, name: secret), isRecent: true),
      ],
      [try ask()],
      [
        .list(Job.resourceType, in: namespace, label: ResourceNames.outputLabel, output),
        .list(Pod.resourceType, in: namespace, label: ResourceNames.outputLabel, output),
        .get(SatisBuild.resourceType, build.key),
      ],
    ] + (try claimAndJob(at: now).map { [$0] })
  }

  /// All that a controller writes for the build, in its order.
  func writes(at now: Timestamp, _ files: SnapshotText) throws -> [RawRequest] {
    let claim = claim(at: now)
    let message = "waiting for its pod"
    let created = Announcement(JobManifest(repository: owned, claim: claim))
    let status = build.running(claim, message, pod: nil, at: now)
    return [
      try files.request(Snapshot(repository: owned, configuration: configuration)),
      try .patchStatus(SatisRepository.resourceType, repository.key, claimed(claim)),
      try job(claim),
      try .patchStatus(SatisBuild.resourceType, build.key, status),
      try event(created, at: now),
    ] + (try Announcement(build, from: nil, to: status).map { [try event($0, at: now)] } ?? [])
  }

  /// The repository as its Job's owner.
  private var owned: SatisRepository {
    var owned = repository
    owned.metadata.uid = Self.uid
    return owned
  }

  private func claim(at now: Timestamp) -> SatisRepository.ActiveJob {
    SatisRepository.ActiveJob(
      name: ResourceNames.job(repository: owned.metadata, sequence: 1), startTime: now,
      configHash: configuration.hash, full: false,
      builds: [
        .init(
          name: build.metadata.name, uid: Self.uid,
          sources: [.init(url: Self.source + ".git", commits: [build.spec.trigger?.commit ?? ""])])
      ])
  }

  private func claimed(_ claim: SatisRepository.ActiveJob) -> SatisRepository.Status {
    var status = SatisRepository.Status()
    status.jobSequence = 1
    status.activeJob = claim
    return status
  }

  private func job(_ claim: SatisRepository.ActiveJob) throws -> RawRequest {
    try .create(
      Job.resourceType, in: repository.metadata.namespace,
      JobManifest(repository: owned, claim: claim).manifest(defaultImage: "composer/satis:latest"))
  }

  private func event(_ told: Announcement, at now: Timestamp) throws -> RawRequest {
    try .create(
      Event(
        metadata: ObjectMetadata(
          name: "\(build.metadata.name).\(told.reason.lowercased())", namespace: build.metadata.namespace),
        eventTime: MicroTime(microseconds: now.seconds * 1_000_000),
        reportingController: "satis.dev/benchmark",
        reportingInstance: "benchmark", type: told.kind, reason: told.reason, action: told.action,
        note: told.note,
        regarding: told.object))
  }
}

/// The files of a snapshot as JSON, which are the same for all repositories of a benchmark and large.
struct SnapshotText: Sendable {
  private let data: String

  init() throws {
    let flow = try BuildFlow("any", in: "any", at: Timestamp(seconds: 0))
    let configuration = try SatisConfiguration(text: BuildFlow.satisJSON)
    let files = Snapshot(repository: flow.repository, configuration: configuration).files
    data = try JSONValue.object(files.mapValues { .string($0) }).serialized()
  }

  /// Creates a snapshot as a ConfigMap.
  fileprivate func request(_ snapshot: Snapshot) throws -> RawRequest {
    var map = snapshot.configMap
    map.data = nil
    var request = try RawRequest.create(map)
    // In place of the closing brace.
    request.body.removeLast()
    request.body += Array(#","data":\#(data)}"#.utf8)
    return request
  }
}
