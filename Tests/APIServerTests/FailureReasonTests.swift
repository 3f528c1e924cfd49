import Foundation
import KubernetesClient
import Logging
import SatisAPI
import SatisController
import TestSupport
import Testing

/// How a build says that it failed, whatever it was that failed, and what `kubectl satis explain` says of it; the test
/// plays the Job controller and the kubelet.
@Suite(.timeLimit(.minutes(4))) struct FailureReasonTests {
  /// One way to fail, and what the build says then.
  private struct Failure: Sendable {
    /// Of the build's condition.
    var condition = "Failed"
    /// Of its last attempt; nil where there was none.
    var reason: String?
    /// A part of the message.
    var message: String
    var change: @Sendable (inout SatisRepository.Spec) -> Void = { _ in }
    var source: String?
    /// What happens once the build was created.
    var play: @Sendable (Stage) async throws -> Void
  }

  /// What one failure is played with.
  private struct Stage: Sendable {
    let server: TestServer
    let namespace: String
    let clock: TestClock
    let build: String

    var jobs: JobController { JobController(client: server.client) }

    func job() async throws -> Job {
      let running = try await server.wait(for: SatisBuild.self, build, in: namespace) {
        $0.status?.jobName != nil
      }
      return try await server.client.get(
        Job.self, NamespacedName(namespace: namespace, name: running.status?.jobName ?? ""))
    }

    /// The pod ends as a whole, as the kubelet has it, and with it the Job.
    func endPod(reason: String?, message: String?) async throws {
      let job = try await job()
      let pod = try await jobs.startPod(of: job)
      var status: JSONValue = ["phase": "Failed"]
      if let reason { status["reason"] = .string(reason) }
      if let message { status["message"] = .string(message) }
      try await jobs.setStatus(of: pod.key, status)
      try await jobs.finish(job, succeeded: false)
    }

    /// The container ends, and with it the Job.
    func endContainer(exitCode: Int64, reason: String? = nil, report: String? = nil) async throws {
      let job = try await job()
      let pod = try await jobs.startPod(of: job)
      try await jobs.end(job, pod: pod, exitCode: exitCode, message: report, containerReason: reason)
    }

    /// The container waits in vain.
    func holdContainer(reason: String, message: String) async throws {
      let job = try await job()
      let pod = try await jobs.startPod(of: job)
      try await jobs.setStatus(
        of: pod.key,
        [
          "phase": "Pending",
          "containerStatuses": [
            [
              "name": "satis", "image": "none", "imageID": "", "ready": false, "restartCount": 0,
              "state": ["waiting": ["reason": .string(reason), "message": .string(message)]],
            ]
          ],
        ])
      try await server.wait(for: SatisBuild.self, build, in: namespace) {
        $0.condition?.message.contains(reason) == true
      }
      try await putClockForward(job)
    }

    /// Time passes, and something happens to the Job, so that the controller looks at it.
    func putClockForward(_ job: Job) async throws {
      clock.advance(seconds: 1_000)
      _ = try await server.client.mergePatch(
        Job.self, job.key, patch: ["metadata": ["annotations": ["test": "touched"]]], resourceVersion: nil)
    }
  }

  /// What is left of the reasons, none of which depends on more than the runner's report.
  private static let reported: [Failure] = {
    let played = Set(failures.compactMap(\.reason))
    let others = SatisBuild.Attempt.Reason.allCases.filter {
      !played.contains($0.rawValue) && ![.succeeded, .unknown].contains($0)
    }
    return others.map { reason in
      Failure(reason: reason.rawValue, message: "what the runner says") {
        try await $0.endContainer(
          exitCode: 1,
          report: runnerReport(succeeded: false, reason: reason.rawValue, message: "what the runner says"))
      }
    } + [
      Failure(reason: "Unknown", message: "what the runner says") {
        try await $0.endContainer(
          exitCode: 1,
          report: runnerReport(succeeded: false, reason: "no word", message: "what the runner says"))
      }
    ]
  }()

  private static let failures: [Failure] = [
    Failure(reason: "OutOfMemory", message: "raise spec.podTemplate.resources.limits.memory") {
      try await $0.endContainer(exitCode: 137, reason: "OOMKilled")
    },
    Failure(reason: "ContainerFailed", message: "ended with exit code 3 and without a report") {
      try await $0.endContainer(exitCode: 3)
    },
    Failure(reason: "SourceDenied", message: "the credentials do not let Satis in") {
      try await $0.endContainer(
        exitCode: 1,
        report: runnerReport(
          succeeded: false, reason: "SourceDenied", message: "the credentials do not let Satis in"))
    },
    Failure(condition: "TimedOut", reason: "DeadlineExceeded", message: "passed") {
      try await $0.endContainer(
        exitCode: 1,
        report: runnerReport(
          succeeded: false, reason: "DeadlineExceeded", message: "the deadline of 60 s passed"))
    },
    Failure(
      condition: "TimedOut", reason: "DeadlineExceeded", message: "raise spec.build.activeDeadlineSeconds"
    ) {
      try await $0.endPod(
        reason: "DeadlineExceeded", message: "Pod was active on the node longer than the specified deadline")
    },
    Failure(reason: "Evicted", message: "The node was low on resource: memory.") {
      try await $0.endPod(reason: "Evicted", message: "The node was low on resource: memory.")
    },
    Failure(reason: "Terminated", message: "imminent node shutdown") {
      try await $0.endPod(
        reason: "Terminated", message: "Pod was terminated in response to imminent node shutdown.")
    },
    Failure(reason: "PodFailed", message: "failed before Satis ran") {
      try await $0.endPod(reason: nil, message: nil)
    },
    Failure(reason: "PodLost", message: "is gone and left no report") {
      try await $0.jobs.finish(try await $0.job(), succeeded: false)
    },
    Failure(reason: "ImageNotPulled", message: "ImagePullBackOff: no such image") {
      try await $0.holdContainer(reason: "ImagePullBackOff", message: "no such image")
    },
    Failure(reason: "PodNotStarted", message: "secret \"deploy-key\" not found") {
      try await $0.holdContainer(
        reason: "CreateContainerConfigError", message: "secret \"deploy-key\" not found")
    },
    Failure(reason: "Unschedulable", message: "1 Insufficient memory") { stage in
      let job = try await stage.job()
      try await stage.jobs.setStatus(
        of: try await stage.jobs.startPod(of: job).key,
        [
          "phase": "Pending",
          "conditions": [
            [
              "type": "PodScheduled", "status": "False", "reason": "Unschedulable",
              "message": "0/1 nodes are available: 1 Insufficient memory.",
            ]
          ],
        ])
      try await stage.server.wait(for: SatisBuild.self, stage.build, in: stage.namespace) {
        $0.condition?.message.contains("has no node yet") == true
      }
      try await stage.putClockForward(job)
    },
    Failure(reason: "PodNotCreated", message: "spec.build.startDeadlineSeconds") {
      try await $0.putClockForward(try await $0.job())
    },
    Failure(reason: "NodeLost", message: "its node away does not answer") { stage in
      let job = try await stage.job()
      let pod = try await stage.jobs.startPod(of: job, on: "away")
      // No kubelet is there to end it.
      try await stage.server.client.delete(Pod.self, pod.key, uid: nil, propagation: .background)
      try await stage.putClockForward(job)
    },
    Failure(reason: "JobDeleted", message: "was deleted before its end was recorded") {
      let job = try await $0.job()
      try await $0.server.client.delete(Job.self, job.key, uid: nil, propagation: .background)
    },
    // An operator that was installed without an image has one that no server takes.
    Failure(
      reason: "JobRejected", message: "Required value", change: { $0.image = nil }, play: { _ in }),
    Failure(
      condition: "Invalid", reason: nil, message: "add {\"type\": \"vcs\"",
      source: "https://git.example.org/acme/other.git", play: { _ in }),
  ]

  private struct Row {
    var reason: String
    var condition: String
    var message: String
  }

  @Test func `every failure has its reason, and a message that says what to do about it`() async throws {
    let server = try TestServer()
    var rows: [Row] = []
    #expect(
      Set((Self.failures + Self.reported).compactMap(\.reason)).union(["Succeeded"])
        == Set(SatisBuild.Attempt.Reason.allCases.map(\.rawValue)))
    try await withController(server) { namespace, clock in
      for (number, failure) in (Self.failures + Self.reported).enumerated() {
        let name = "failing-\(number)"
        let build = try await play(
          failure, Stage(server: server, namespace: namespace, clock: clock, build: name)
        ) {
          $0.status?.isFinished == true
        }
        let reason = build.status?.attempts?.last?.reason
        #expect(reason == failure.reason)
        #expect(build.condition?.reason == failure.condition, "\(failure.reason ?? name)")
        let message = build.condition?.message ?? ""
        #expect(message.contains(failure.message), "\(failure.reason ?? name): \(message)")
        rows.append(Row(reason: reason ?? "", condition: build.condition?.reason ?? "", message: message))
        try await checkStory(of: name, failure, server, namespace)
      }
    }
    // It would bar the Jobs of the others.
    try await withController(server) { namespace, clock in
      try await forbidJobs(server, namespace)
      let quota = Failure(condition: "Queued", reason: nil, message: "exceeded quota", play: { _ in })
      let build = try await play(
        quota, Stage(server: server, namespace: namespace, clock: clock, build: "barred")
      ) {
        $0.condition?.message.contains("exceeded quota") == true
      }
      let message = build.condition?.message ?? ""
      #expect(build.condition?.reason == "Queued")
      #expect(message.contains("which is tried again"))
      rows.append(Row(reason: "", condition: "Queued", message: message))
    }
    for row in rows {
      let columns = [(row.reason, 16), (row.condition, 9)].map { $0.padding($1) }
      print("\(columns.joined(separator: " | ")) | \(row.message)")
    }
  }

  /// What the plugin says of a build to the person who asks why.
  private func checkStory(
    of build: String, _ failure: Failure, _ server: TestServer, _ namespace: String
  ) async throws {
    let result = try await PluginProcess.linked(kubeconfig: server.kubeconfig, namespace: namespace) {
      try await $0.run("explain", build, "-o", "json")
    }
    #expect(result.exitCode == 0, "\(result.errors)")
    let story = try JSONValue(parsing: result.output.utf8)
    #expect(story["state"]?.text == failure.condition)
    #expect(story["reason"]?.text == failure.reason)
    #expect(story["advice"]?["meaning"]?.text?.isEmpty == false)
    let remedies = story["advice"]?["remedies"]?.elements ?? []
    #expect(remedies.contains { $0["commands"]?.elements?.isEmpty == false }, "\(failure.reason ?? build)")
  }

  private func play(
    _ failure: Failure, _ stage: Stage, until isOver: @escaping @Sendable (SatisBuild) -> Bool
  ) async throws -> SatisBuild {
    try await stage.server.createRepository(stage.build, in: stage.namespace) {
      $0.image = "satis:test"
      failure.change(&$0)
    }
    try await stage.server.createBuild(
      stage.build, of: stage.build, in: stage.namespace, source: failure.source)
    try await failure.play(stage)
    return try await stage.server.wait(
      for: SatisBuild.self, stage.build, in: stage.namespace, until: isOver)
  }

  private func withController(
    _ server: TestServer, _ body: (String, TestClock) async throws -> Void
  ) async throws {
    try await server.withNamespace { namespace in
      let clock = TestClock()
      let controller = try SatisController(
        client: server.client, configuration: .init(namespace: namespace, defaultImage: ""),
        events: server.events(), logger: .quiet, now: clock.now)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await controller.run() }
        try await body(namespace, clock)
        group.cancelAll()
      }
    }
  }

  /// A quota of no Job; the test plays the quota controller, too.
  private func forbidJobs(_ server: TestServer, _ namespace: String) async throws {
    let key = NamespacedName(namespace: namespace, name: "none")
    let none: JSONValue = ["count/jobs.batch": "0"]
    _ = try await server.client.createReturningMetadata(
      ResourceQuota.self,
      manifest: [
        "apiVersion": "v1", "kind": "ResourceQuota", "metadata": ["name": "none"], "spec": ["hard": none],
      ], key: key)
    _ = try await server.client.mergePatch(
      ResourceQuota.self, key, subresource: .status, patch: ["status": ["hard": none, "used": none]],
      resourceVersion: nil)
  }

  private struct ResourceQuota: KubernetesObject {
    static let resourceType = ResourceType(
      group: "", version: "v1", kind: "ResourceQuota", plural: "resourcequotas")
    var metadata: ObjectMetadata
  }
}

extension String {
  fileprivate func padding(_ length: Int) -> String {
    padding(toLength: length, withPad: " ", startingAt: 0)
  }
}
