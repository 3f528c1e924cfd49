import ControllerRuntime
import KubernetesClient
import SatisAPI
import Testing

@testable import SatisController

@Suite struct BuildMetricsTests {
  private let registry = MetricsRegistry(BuildMetrics.descriptions)
  private let metrics: BuildMetrics
  private let created = Timestamp(seconds: 1_700_000_000)
  private let claim = SatisRepository.ActiveJob(
    name: "packages-1", startTime: Timestamp(seconds: 1_700_000_045), configHash: "hash", full: true,
    builds: [])

  init() {
    metrics = BuildMetrics(factory: registry)
  }

  private func value(_ sample: String) -> Double? {
    let line = registry.exposition().split(separator: "\n").first { $0.hasPrefix("\(sample) ") }
    return line.flatMap { Double($0.dropFirst(sample.count + 1)) }
  }

  private func build(
    _ operation: SatisBuild.Operation? = nil, trigger: SatisBuild.Trigger.Kind? = nil
  ) -> SatisBuild {
    var metadata = ObjectMetadata(name: "b1", namespace: "satis")
    metadata.creationTimestamp = created
    return SatisBuild(
      metadata: metadata,
      spec: .init(
        repositoryRef: .init(name: "packages"), operation: operation, trigger: trigger.map { .init(type: $0) }
      ))
  }

  private func running(_ build: SatisBuild) -> SatisBuild.Status {
    build.running(claim, "works", pod: nil, at: claim.startTime)
  }

  private func ended(_ build: SatisBuild, after seconds: Int64) -> SatisBuild.Status {
    var status = running(build)
    let end = claim.startTime + seconds
    status.completionTime = end
    status.attempts?[0].completionTime = end
    status.conditions = [
      Condition(
        type: ConditionType.succeeded, status: .yes, reason: "Succeeded", message: "built",
        observedGeneration: nil, lastTransitionTime: end)
    ]
    return status
  }

  @Test func `every way in which a build can end is there at zero`() {
    for operation in ["Build", "Purge", "Rollback"] {
      for result in ["Succeeded", "Failed", "TimedOut", "Cancelled", "Superseded", "Invalid"] {
        for trigger in ["Webhook", "Schedule", "Configuration", "Manual"] {
          let labels = #"operation="\#(operation)",result="\#(result)",trigger="\#(trigger)""#
          #expect(value("satis_builds_total{\(labels)}") == 0)
        }
      }
      #expect(value(#"satis_build_run_seconds_count{operation="\#(operation)"}"#) == 0)
      #expect(value(#"satis_build_queue_seconds_count{operation="\#(operation)"}"#) == 0)
    }
    #expect(registry.problems.isEmpty)
  }

  @Test func `a build's wait is measured once, when it starts, and its run when it ends`() {
    var build = build(trigger: .webhook)
    let running = running(build)
    metrics.wrote(build, running)
    #expect(value(#"satis_build_queue_seconds_sum{operation="Build"}"#) == 45)
    #expect(value(#"satis_build_run_seconds_count{operation="Build"}"#) == 0)
    build.status = running
    let ended = ended(build, after: 20)
    metrics.wrote(build, ended)
    #expect(value(#"satis_build_queue_seconds_count{operation="Build"}"#) == 1)
    #expect(value(#"satis_build_run_seconds_sum{operation="Build"}"#) == 20)
    let counter = #"satis_builds_total{operation="Build",result="Succeeded",trigger="Webhook"}"#
    #expect(value(counter) == 1)
    // What is written to a build that has ended is no end.
    build.status = ended
    var notified = ended
    notified.notifiedTime = created
    metrics.wrote(build, notified)
    #expect(value(counter) == 1)
    #expect(value(#"satis_build_run_seconds_count{operation="Build"}"#) == 1)
  }

  @Test func `a build that ends without a Job is counted and has neither waited nor run`() {
    let build = build(.purge)
    metrics.wrote(build, build.ended(.cancelled, "cancelled", at: created))
    #expect(value(#"satis_builds_total{operation="Purge",result="Cancelled",trigger="Manual"}"#) == 1)
    #expect(value(#"satis_build_run_seconds_count{operation="Purge"}"#) == 0)
    #expect(value(#"satis_build_queue_seconds_count{operation="Purge"}"#) == 0)
  }

  @Test func `what waits and runs is read from the caches at each scrape`() {
    let registry = MetricsRegistry(QueueMetrics.descriptions)
    func value(_ sample: String) -> String? {
      registry.exposition().split(separator: "\n").first { $0.hasPrefix("\(sample) ") }
        .map { String($0.dropFirst(sample.count + 1)) }
    }
    let caches = Caches()
    QueueMetrics.follow(caches, maximumJobs: nil, in: registry)
    #expect(value("satis_job_slots") == "+Inf")
    #expect(value(#"satis_builds{state="Queued"}"#) == "0")
    var builds = (1...4).map { number in
      var build = build()
      build.metadata.name = "b\(number)"
      return build
    }
    // The first has not been looked at yet.
    builds[1].status = builds[1].queued("waits", at: created)
    builds[2].status = running(builds[2])
    builds[3].status = ended(builds[3], after: 1)
    _ = caches.builds.take(.replaced(builds, unreadable: []))
    var repository = Examples.plain
    repository.status = .init()
    repository.status?.activeJob = claim
    _ = caches.repositories.take(.replaced([repository], unreadable: []))
    #expect(value(#"satis_builds{state="Queued"}"#) == "2")
    #expect(value(#"satis_builds{state="Running"}"#) == "1")
    #expect(value(#"satis_builds{state="Retrying"}"#) == "0")
    #expect(value("satis_jobs_running") == "1")
    #expect(registry.problems.isEmpty)
    QueueMetrics.follow(caches, maximumJobs: 3, in: registry)
    #expect(value("satis_job_slots") == "3")
  }
}
