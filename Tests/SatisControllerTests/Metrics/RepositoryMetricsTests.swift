import ControllerRuntime
import KubernetesClient
import SatisAPI
import Testing

@testable import SatisController

@Suite struct RepositoryMetricsTests {
  private let registry = MetricsRegistry(RepositoryMetrics.descriptions)
  private let caches = Caches()
  private let start = Timestamp(seconds: 1_700_000_000)

  private func samples(_ name: String) -> [String] {
    registry.exposition().split(separator: "\n").filter { $0.hasPrefix(name) }.map(String.init)
  }

  private func repository(
    _ name: String, in namespace: String = "satis", createdAfter: Int64 = 0
  )
    -> SatisRepository
  {
    var repository = Examples.plain
    repository.metadata = ObjectMetadata(name: name, namespace: namespace)
    repository.metadata.creationTimestamp = start + createdAfter
    return repository
  }

  private func build(
    _ name: String, of repository: SatisRepository, _ reason: SatisBuild.Reason?,
    endedAfter seconds: Int64 = 0
  ) -> SatisBuild {
    var build = SatisBuild(
      metadata: ObjectMetadata(name: name, namespace: repository.key.namespace),
      spec: .init(repositoryRef: .init(name: repository.key.name)))
    guard let reason else { return build }
    var status = SatisBuild.Status()
    status.conditions = [
      Condition(
        type: ConditionType.succeeded, status: reason.status, reason: reason.rawValue, message: "",
        observedGeneration: nil, lastTransitionTime: start)
    ]
    if reason.status != .unknown { status.completionTime = start + seconds }
    build.status = status
    return build
  }

  private func show(_ repositories: [SatisRepository], _ builds: [SatisBuild] = []) {
    _ = caches.repositories.take(.replaced(repositories, unreadable: []))
    _ = caches.builds.take(.replaced(builds, unreadable: []))
  }

  @Test func `builds that wait and run are those of their own repository, of equal names as well`() {
    RepositoryMetrics.follow(caches, in: registry)
    let north = repository("packages", in: "north")
    let south = repository("packages", in: "south")
    show(
      [north, south],
      [
        // Nobody has looked at the first one yet.
        build("b1", of: north, nil), build("b2", of: north, .queued), build("b3", of: north, .running),
        build("b1", of: south, .retrying), build("b2", of: south, .succeeded),
      ])
    #expect(
      samples("satis_repository_builds{") == [
        #"satis_repository_builds{namespace="north",repository="packages",state="Queued"} 2"#,
        #"satis_repository_builds{namespace="north",repository="packages",state="Retrying"} 0"#,
        #"satis_repository_builds{namespace="north",repository="packages",state="Running"} 1"#,
        #"satis_repository_builds{namespace="south",repository="packages",state="Queued"} 0"#,
        #"satis_repository_builds{namespace="south",repository="packages",state="Retrying"} 1"#,
        #"satis_repository_builds{namespace="south",repository="packages",state="Running"} 0"#,
      ])
    #expect(registry.problems.isEmpty)
  }

  @Test func `failures count from the last success on, whether its build is still there or not`() {
    RepositoryMetrics.follow(caches, in: registry)
    let broken = repository("broken")
    var mended = repository("mended")
    mended.status = .init()
    mended.status?.lastSucceededTime = start + 25
    show(
      [broken, mended],
      [
        build("b1", of: broken, .failed, endedAfter: 10), build("b2", of: broken, .succeeded, endedAfter: 20),
        build("b3", of: broken, .failed, endedAfter: 30), build("b4", of: broken, .timedOut, endedAfter: 40),
        // These say nothing of whether it can be built.
        build("b5", of: broken, .invalid, endedAfter: 50),
        build("b6", of: broken, .cancelled, endedAfter: 60),
        build("m1", of: mended, .failed, endedAfter: 10), build("m2", of: mended, .failed, endedAfter: 20),
      ])
    #expect(
      samples("satis_repository_failures_in_a_row{") == [
        #"satis_repository_failures_in_a_row{namespace="satis",repository="broken"} 2"#,
        #"satis_repository_failures_in_a_row{namespace="satis",repository="mended"} 0"#,
      ])
  }

  @Test func `a Job's start is there while it runs, and all numbers go with the repository`() {
    RepositoryMetrics.follow(caches, in: registry)
    var busy = repository("busy")
    busy.status = .init()
    busy.status?.lastSucceededTime = start
    busy.status?.activeJob = .init(
      name: "busy-1", startTime: start + 60, configHash: "", full: true, builds: [])
    show([busy])
    let labels = #"{namespace="satis",repository="busy"}"#
    #expect(
      samples("satis_repository_job_start") == [
        "satis_repository_job_start_timestamp_seconds\(labels) 1700000060"
      ])
    #expect(
      samples("satis_repository_last_success") == [
        "satis_repository_last_success_timestamp_seconds\(labels) 1700000000"
      ])
    busy.status?.activeJob = nil
    show([busy])
    #expect(samples("satis_repository_job_start").isEmpty)
    #expect(samples("satis_repository_failures_in_a_row").count == 1)
    show([])
    #expect(samples("satis_repository_").isEmpty)
    #expect(samples("satis_repositories ") == ["satis_repositories 0"])
  }

  @Test func `beyond the limit the oldest are shown and the others counted`() {
    RepositoryMetrics.follow(caches, limit: 2, in: registry)
    show([
      repository("a", createdAfter: 3), repository("b", createdAfter: 1), repository("c", createdAfter: 2),
    ])
    #expect(
      samples("satis_repository_failures_in_a_row{") == [
        #"satis_repository_failures_in_a_row{namespace="satis",repository="b"} 0"#,
        #"satis_repository_failures_in_a_row{namespace="satis",repository="c"} 0"#,
      ])
    #expect(samples("satis_repositories ") == ["satis_repositories 3"])
    #expect(samples("satis_repositories_without_metrics") == ["satis_repositories_without_metrics 1"])
  }
}
