import KubernetesClient
import SatisAPI
import Testing

@testable import SatisController

@Suite struct JobOutcomeTests {
  private let failed = Job.JobCondition(type: "Failed", status: "True", reason: "BackoffLimitExceeded")
  private let time = Timestamp(seconds: 1_700_000_000)

  private func pod(
    _ name: String = "p", phase: String = "Failed", age: Int64 = 0, reason: String? = nil,
    message: String? = nil,
    container: Pod.Terminated? = nil
  ) -> Pod {
    var metadata = ObjectMetadata(name: name, namespace: "shop")
    metadata.creationTimestamp = time + -age
    var pod = Pod(
      metadata: metadata,
      status: .init(
        phase: phase, containerStatuses: [.init(name: "satis", state: .init(terminated: container))]))
    pod.status?.reason = reason
    pod.status?.message = message
    return pod
  }

  private func report(_ fields: JSONValue = [:]) throws -> String {
    var report = try JSONValue(parsing: Fixtures.contract("report.json").utf8)
    for (name, value) in fields.members ?? [:] { report[name] = value }
    return try report.serialized()
  }

  private func outcome(_ pods: Pod..., condition: Job.JobCondition? = nil) -> JobOutcome {
    JobOutcome(job: "job-1", condition ?? failed, pods: pods)
  }

  // MARK: - With a report

  @Test func `what is too long for a status by the count of the schema is not taken over`() {
    let marks = String(repeating: "\u{301}", count: 5_000)
    let message =
      #"{"version":1,"result":"Succeeded","reason":"Succeeded","message":"m","release":"a\#(marks)","log":"b\#(marks)"}"#
    let outcome = outcome(pod(container: Pod.Terminated(exitCode: 0, message: message, finishedAt: time)))
    #expect(outcome.succeeded)
    #expect(outcome.release == nil)
    #expect(outcome.logTail?.unicodeScalars.count == 4_096)
  }

  @Test func `a report says all there is to say`() throws {
    let terminated = Pod.Terminated(exitCode: 1, message: try report(), finishedAt: time)
    let outcome = outcome(pod(container: terminated))
    #expect(!outcome.succeeded)
    #expect(outcome.reason == "SourcesFailed")
    #expect(outcome.message.hasPrefix("1 of 2 sources failed"))
    #expect(outcome.failedSources.mapValues(\.reason) == [1: "SourceDenied"])
    #expect(outcome.exitCode == 1)
    #expect(outcome.podName == "p")
    #expect(outcome.completionTime == Timestamp("2026-01-01T00:01:40Z"))
    #expect(outcome.release == "20260101T000000Z")
    #expect(outcome.logTail == "the end of the log\n")
  }

  @Test(arguments: [
    (["SourceDenied", "SourceInvalid"], true), (["SourceDenied", "SourceUnreachable"], false), ([], false),
  ])
  func `a full build cannot heal when none of its sources can`(causes: [String], isPermanent: Bool) throws {
    let message = try report(["failureReasons": .array(causes.map(JSONValue.string))])
    let outcome = outcome(pod(container: .init(exitCode: 1, message: message)))
    let item = SatisRepository.ActiveJob.Item(name: "b1", uid: "1", sources: [])
    let claim = SatisRepository.ActiveJob(
      name: "job-1", startTime: time, configHash: "c", full: true, builds: [item])
    #expect(outcome.result(for: item, of: claim).isPermanent == isPermanent)
  }

  @Test func `a release that was published counts, whatever became of the pod and the Job then`() throws {
    let message = try report(["result": "Succeeded", "reason": "Succeeded", "exitCode": 0])
    let evicted = pod(reason: "Evicted", container: .init(exitCode: 137, reason: "Error", message: message))
    #expect(outcome(evicted).succeeded)
    #expect(outcome(evicted).exitCode == 0)
  }

  @Test func `the container's exit code stands in for a Satis that did not end`() throws {
    let message = try report(["reason": "DeadlineExceeded", "exitCode": .null])
    let outcome = outcome(pod(container: .init(exitCode: 124, message: message)))
    #expect(outcome.reason == "DeadlineExceeded")
    #expect(outcome.exitCode == 124)
  }

  @Test func `what a status cannot hold is left out or replaced`() throws {
    let message = try report([
      "reason": "two words", "message": "", "log": "", "release": "", "exitCode": 4_711,
    ])
    let outcome = outcome(pod(container: .init(exitCode: 1, message: message)))
    #expect(outcome.reason == "Unknown")
    #expect(!outcome.message.isEmpty)
    #expect(outcome.logTail == nil)
    #expect(outcome.release == nil)
    #expect(outcome.exitCode == nil)
  }

  @Test func `a message of any length fits into the attempt and the condition`() {
    var scene = Scene()
    let build = scene.addBuild("b1")
    let verbose = outcome(pod(reason: "Evicted", message: String(repeating: "u\u{308}", count: 20_000)))
    let claim = SatisRepository.ActiveJob(
      name: "job-1", startTime: time, configHash: "hash", full: true, builds: [])
    let result = BuildOutcome(succeeded: false, reason: verbose.reason, message: verbose.message)
    let retry = RetryPolicy(settings: BuildSettings(Examples.plain))
    let status = build.attempted(claim, verbose, result, retry: retry, at: time)
    #expect((status.attempts?.first?.message?.unicodeScalars.count ?? .max) <= 4_096)
    #expect((status.conditions?.first?.message.unicodeScalars.count ?? .max) <= 4_096)
  }

  // MARK: - Without a report

  @Test(arguments: [nil, "", "panic: out of paper", #"{"version":2,"result":"Succeeded"}"#, "{}"])
  func `a container without the runner's report is told by its exit code`(message: String?) {
    let outcome = outcome(
      pod(container: .init(exitCode: 3, reason: "Error", message: message, finishedAt: time)))
    #expect(outcome.reason == "ContainerFailed")
    #expect(outcome.exitCode == 3)
    #expect(outcome.completionTime == time)
    #expect(outcome.message == "pod p ended with exit code 3 and without a report; see `kubectl logs p`")
    #expect(outcome.logTail == nil)
  }

  @Test func `a container that ended with 0 and without a report has not succeeded`() {
    let complete = Job.JobCondition(type: "Complete", status: "True")
    let silent = outcome(pod(phase: "Succeeded", container: .init(exitCode: 0)), condition: complete)
    #expect(!silent.succeeded)
    #expect(silent.reason == "ContainerFailed")
  }

  @Test func `a container that was killed for memory says so`() {
    let outcome = outcome(pod(container: .init(exitCode: 137, reason: "OOMKilled")))
    #expect(outcome.reason == "OutOfMemory")
    #expect(outcome.exitCode == 137)
    #expect(
      outcome.message
        == "pod p was killed for using more memory than its limit allows; raise "
        + "spec.podTemplate.resources.limits.memory of the SatisRepository")
  }

  @Test func `an evicted pod is told in the node's own words`() {
    let outcome = outcome(pod(reason: "Evicted", message: "The node was low on memory."))
    #expect(outcome.reason == "Evicted")
    #expect(
      outcome.message
        == "pod p was evicted from its node: The node was low on memory.; see `kubectl describe node` for what ran short"
    )
  }

  @Test func `a pod that outlived its deadline is a timeout and names the field to raise`() {
    let outcome = outcome(pod(reason: "DeadlineExceeded", message: "Pod was active too long"))
    #expect(outcome.reason == "DeadlineExceeded")
    #expect(outcome.message.contains("raise spec.build.activeDeadlineSeconds"))
  }

  @Test func `a pod that was told to stop did not exceed its deadline`() {
    var stopped = pod(reason: "DeadlineExceeded", message: "Pod was active too long")
    stopped.spec = .init(activeDeadlineSeconds: Pod.endingDeadlineSeconds)
    #expect(outcome(stopped).reason == "Terminated")
    #expect(outcome(stopped).message == "pod p was told to stop; see `kubectl logs p`")
  }

  @Test func `a pod whose container never ran points to its description`() {
    let outcome = outcome(pod())
    #expect(outcome.reason == "PodFailed")
    #expect(outcome.exitCode == nil)
    #expect(outcome.message.contains("`kubectl describe pod p`"))
  }

  @Test func `a pod that is gone is told as lost, with the Job's reason`() {
    let outcome = outcome()
    #expect(outcome.reason == "PodLost")
    #expect(outcome.podName == nil)
    #expect(
      outcome.message.contains("the pod of Job job-1 is gone and left no report (BackoffLimitExceeded)"))
  }

  @Test func `a Job that was deleted or not taken says what to do`() {
    #expect(JobOutcome.lost(job: "job-1").reason == "JobDeleted")
    #expect(JobOutcome.lost(job: "job-1").message.contains("Job job-1 was deleted"))
    #expect(JobOutcome.rejected(job: "job-1", message: "too large").message.contains("too large"))
  }

  // MARK: - Several pods

  @Test func `of two pods the one with a report counts, older or younger`() throws {
    let reported = pod("reported", age: 60, container: .init(exitCode: 1, message: try report()))
    let silent = pod("silent", container: .init(exitCode: 143))
    #expect(outcome(silent, reported).podName == "reported")
    #expect(outcome(pod("silent", age: 120), reported).podName == "reported")
  }

  @Test func `of two reports that of the pod that succeeded counts, else the later one`() throws {
    let success = try report(["result": "Succeeded", "reason": "Succeeded"])
    let first = pod("first", phase: "Succeeded", age: 60, container: .init(exitCode: 0, message: success))
    let second = pod("second", container: .init(exitCode: 1, message: try report()))
    #expect(outcome(second, first).podName == "first")
    let third = pod("third", age: 30, container: .init(exitCode: 1, message: try report()))
    #expect(outcome(second, third).podName == "second")
  }

  @Test func `of pods without a report the youngest counts, and the name decides between twins`() {
    #expect(outcome(pod("old", age: 60), pod("young")).podName == "young")
    #expect(outcome(pod("b"), pod("a")).podName == outcome(pod("a"), pod("b")).podName)
  }
}
