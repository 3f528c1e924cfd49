import KubernetesClient
import Logging
import SatisAPI
import SatisController
import Synchronization
import TestSupport
import Testing

/// The controller beside a real API server; the test plays the Job controller.
@Suite(.timeLimit(.minutes(4))) struct ControllerTests {
  let server: TestServer
  let jobs: JobController

  init() throws {
    server = try TestServer()
    jobs = JobController(client: server.client)
  }

  /// Runs the controller in a namespace while the body runs.
  private func withController(
    client: KubernetesClient? = nil, _ body: @escaping @Sendable (String) async throws -> Void
  ) async throws {
    try await server.withNamespace { namespace in
      try await withThrowingTaskGroup(of: Void.self) { group in
        let controller = try SatisController(
          client: client ?? server.client,
          configuration: .init(namespace: namespace, defaultImage: "satis:test"),
          events: server.events(), logger: .quiet, now: wallClock)
        group.addTask { await controller.run() }
        try await body(namespace)
        group.cancelAll()
      }
    }
  }

  private func job(of build: String, in namespace: String) async throws -> Job {
    let running = try await server.wait(for: SatisBuild.self, build, in: namespace) {
      $0.status?.jobName != nil
    }
    let key = NamespacedName(namespace: namespace, name: running.status?.jobName ?? "")
    return try await server.client.get(Job.self, key)
  }

  private func ended(_ build: String, in namespace: String) async throws -> SatisBuild {
    try await server.wait(for: SatisBuild.self, build, in: namespace) { $0.status?.isFinished == true }
  }

  @Test func `a build runs as a Job and its end is mirrored`() async throws {
    try await withController { namespace in
      try await server.createRepository("acme", in: namespace)
      try await server.createBuild("b1", of: "acme", in: namespace)
      let job = try await job(of: "b1", in: namespace)
      let pod = try await jobs.startPod(of: job)
      try await jobs.end(job, pod: pod, exitCode: 0, message: runnerReport(succeeded: true))

      let build = try await ended("b1", in: namespace)
      #expect(build.condition?.reason == "Succeeded")
      #expect(build.status?.podName == pod.metadata.name)
      #expect(build.status?.attempts?.first?.exitCode == 0)
      #expect(build.status?.logTail == "the end of the log")
      let repository = try await server.wait(for: SatisRepository.self, "acme", in: namespace) {
        $0.status?.activeJob == nil && $0.status?.release != nil
      }
      #expect(repository.status?.conditions?[ConditionType.ready]?.status == .yes)
    }
  }

  @Test func `a snapshot that is known to be there is not sent again`() async throws {
    let sent = Mutex(0)
    let client = try KubernetesClient(
      configuration: server.client.configuration, fieldManager: "test", userAgent: "satis-operator-tests",
      logger: .quiet
    ) { observation in
      guard case .request(let request) = observation, request.verb == "create",
        request.resource == "configmaps"
      else { return }
      sent.withLock { $0 += 1 }
    }
    try await withController(client: client) { namespace in
      try await server.createRepository("acme", in: namespace)
      for name in ["b1", "b2", "b3"] {
        try await server.createBuild(name, of: "acme", in: namespace)
        let job = try await job(of: name, in: namespace)
        let pod = try await jobs.startPod(of: job)
        try await jobs.end(job, pod: pod, exitCode: 0, message: runnerReport(succeeded: true))
        let build = try await ended(name, in: namespace)
        #expect(build.condition?.reason == "Succeeded")
      }
    }
    await client.shutdown()
    // The watch may not have shown it yet when the second build starts.
    #expect((1...2).contains(sent.withLock { $0 }))
  }

  @Test func `a failed Job fails its build with exit code, reason and message`() async throws {
    try await withController { namespace in
      try await server.createRepository("acme", in: namespace)
      try await server.createBuild("b1", of: "acme", in: namespace)
      let job = try await job(of: "b1", in: namespace)
      let pod = try await jobs.startPod(of: job)
      try await jobs.end(
        job, pod: pod, exitCode: 1,
        message: runnerReport(succeeded: false, message: "the source cannot be cloned"))
      let build = try await ended("b1", in: namespace)
      #expect(build.condition?.reason == "Failed")
      #expect(build.condition?.message == "the source cannot be cloned")
      #expect(build.status?.attempts?.first?.exitCode == 1)
    }
  }

  @Test func `a pod killed for memory is told apart from a failing Satis`() async throws {
    try await withController { namespace in
      try await server.createRepository("acme", in: namespace)
      try await server.createBuild("b1", of: "acme", in: namespace)
      let job = try await job(of: "b1", in: namespace)
      let pod = try await jobs.startPod(of: job)
      try await jobs.end(job, pod: pod, exitCode: 137, message: nil, containerReason: "OOMKilled")
      let build = try await ended("b1", in: namespace)
      #expect(build.status?.attempts?.first?.reason == "OutOfMemory")
    }
  }

  @Test func `a source that satis.json does not list is Invalid and makes no Job`() async throws {
    try await withController { namespace in
      try await server.createRepository("acme", in: namespace)
      try await server.createBuild(
        "b1", of: "acme", in: namespace, source: "https://git.example.org/acme/other.git")
      let build = try await ended("b1", in: namespace)
      #expect(build.condition?.reason == "Invalid")
      #expect(build.condition?.message.contains("add {\"type\": \"vcs\"") == true)
      #expect(try await server.client.listAll(Job.self, in: namespace).items.isEmpty)
    }
  }

  @Test func `a missing repository is named at once and Invalid after thirty seconds`() async throws {
    try await withController { namespace in
      try await server.createBuild("b1", of: "nowhere", in: namespace)
      let waiting = try await server.wait(for: SatisBuild.self, "b1", in: namespace) { $0.condition != nil }
      #expect(waiting.condition?.reason == "Queued")
      #expect(waiting.condition?.message.contains("SatisRepository 'nowhere' does not exist") == true)
      let build = try await ended("b1", in: namespace)
      #expect(build.condition?.reason == "Invalid")
      let queued = try #require(build.status?.queuedTime)
      let completed = try #require(build.status?.completionTime)
      #expect(completed - queued >= 30)
    }
  }

  @Test func `a repository that appears while a build waits gets a normal build`() async throws {
    try await withController { namespace in
      try await server.createBuild("b1", of: "acme", in: namespace)
      try await server.wait(for: SatisBuild.self, "b1", in: namespace) { $0.condition?.reason == "Queued" }
      try await server.createRepository("acme", in: namespace)
      _ = try await job(of: "b1", in: namespace)
    }
  }

  @Test func `two builds of one repository run one after the other`() async throws {
    try await withController { namespace in
      try await server.createRepository("acme", in: namespace)
      try await server.createBuild("b1", of: "acme", in: namespace)
      let first = try await job(of: "b1", in: namespace)
      try await server.createBuild("b2", of: "acme", in: namespace)
      try await server.wait(for: SatisBuild.self, "b2", in: namespace) { $0.condition?.reason == "Queued" }
      let pod = try await jobs.startPod(of: first)
      try await jobs.end(first, pod: pod, exitCode: 0, message: runnerReport(succeeded: true))
      let second = try await job(of: "b2", in: namespace)
      #expect(second.metadata.name != first.metadata.name)
      #expect(try await ended("b1", in: namespace).condition?.reason == "Succeeded")
    }
  }

  @Test func `a Job that cannot be started yet says why in its build`() async throws {
    try await withController { namespace in
      try await server.createRepository("acme", in: namespace)
      try await server.createBuild("b1", of: "acme", in: namespace)
      let job = try await job(of: "b1", in: namespace)
      let pod = try await jobs.startPod(of: job)
      try await jobs.setStatus(
        of: pod.key,
        [
          "phase": "Pending",
          "containerStatuses": [
            [
              "name": "satis", "image": "none", "imageID": "", "ready": false, "restartCount": 0,
              "state": ["waiting": ["reason": "ImagePullBackOff", "message": "no such image"]],
            ]
          ],
        ])
      let build = try await server.wait(for: SatisBuild.self, "b1", in: namespace) {
        $0.condition?.message.contains("ImagePullBackOff") == true
      }
      #expect(build.condition?.reason == "Running")
    }
  }

  @Test func `deleting a running build stops its Job and frees the repository`() async throws {
    try await withController { namespace in
      try await server.createRepository("acme", in: namespace)
      try await server.createBuild("b1", of: "acme", in: namespace)
      let job = try await job(of: "b1", in: namespace)
      try await server.client.delete(
        SatisBuild.self, NamespacedName(namespace: namespace, name: "b1"), uid: nil, propagation: .background)
      try await server.wait(for: SatisRepository.self, "acme", in: namespace) {
        $0.status?.jobSequence == 1 && $0.status?.activeJob == nil
      }
      await #expect(throws: KubernetesError.self) { try await server.client.get(Job.self, job.key) }
    }
  }
}
