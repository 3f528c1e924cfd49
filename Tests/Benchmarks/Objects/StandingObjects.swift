import KubernetesClient
import SatisAPI

@testable import SatisController

/// What a namespace looks like after months: builds that have ended, and their Jobs.
struct StandingObjects: Sendable {
  /// Builds of one repository: as many as are kept by default, so that a controller finds nothing to delete.
  static let buildsEach = 20
  /// The name of a repository is kept short of those of the builds that a benchmark asks for.
  private static let prefix = "standing"

  let namespace: String
  let now: Timestamp

  /// The repository of a number and its builds and Jobs, which have succeeded.
  func requests(_ number: Int) throws -> [RawRequest] {
    let flow = try BuildFlow("\(Self.prefix)-\(number)", in: namespace, at: now)
    return try flow.prepare() + (1...Self.buildsEach).flatMap { try finished($0, flow.repository) }
  }

  private func finished(_ sequence: Int, _ repository: SatisRepository) throws -> [RawRequest] {
    var owned = repository
    owned.metadata.uid = BuildFlow.uid
    let flow = try BuildFlow(repository.metadata.name, in: namespace, at: now)
    var build = flow.build
    build.metadata.name = "\(repository.metadata.name)-\(String(0x4f1c_29be_07d1 + sequence, radix: 16))"
    let end = now + Int64(-100_000 + sequence * 60)
    let claim = SatisRepository.ActiveJob(
      name: ResourceNames.job(repository: owned.metadata, sequence: Int64(sequence)), startTime: end + -30,
      configHash: repository.status?.configHash ?? "", full: false,
      builds: [
        .init(name: build.metadata.name, uid: BuildFlow.uid, sources: [.init(url: BuildFlow.source + ".git")])
      ])
    build.metadata.generation = 1
    build.status = build.running(claim, "published", pod: nil, at: end + -30)
    build.status?.podName = "\(claim.name)-x7k2p"
    build.status?.release = "20261126-\(sequence)"
    build.status?.logTail = Self.log
    let status = build.ended(
      .succeeded, "release 20261126-\(sequence) is served; 2 packages, 14 versions", at: end)
    let jobStatus: JSONValue = [
      "succeeded": 1, "startTime": .string((end + -30).description),
      "completionTime": .string(end.description),
      // Newer servers want both.
      "conditions": .array(
        ["SuccessCriteriaMet", "Complete"].map {
          ["type": .string($0), "status": "True", "lastTransitionTime": .string(end.description)]
        }),
    ]
    let manifest = try JobManifest(repository: owned, claim: claim).manifest(
      defaultImage: "composer/satis:latest")
    return [
      try .create(build), try .patchStatus(SatisBuild.resourceType, build.key, status),
      try .create(Job.resourceType, in: namespace, manifest),
      try .patchStatus(Job.resourceType, NamespacedName(namespace: namespace, name: claim.name), jobStatus),
    ]
  }

  /// The end of a log as the runner leaves it.
  private static let log = """
    Scanning packages
    Reading composer.json of acme/lib (main)
    Importing branch main (dev-main)
    Reading composer.json of acme/lib (1.4.2)
    Importing tag 1.4.2 (1.4.2.0)
    Writing packages.json
    Pruning include directories
    Deleted include/all$4b1f9d.json
    Writing web view
    """
}
