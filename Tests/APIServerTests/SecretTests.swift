import ControllerRuntime
import InMemoryLogging
import KubernetesClient
import Logging
import SatisAPI
import SatisController
import TestSupport
import Testing

/// Credentials in what nodes, git and users say do not come any further.
@Suite(.timeLimit(.minutes(4))) struct SecretTests {
  /// A part of every secret that is planted.
  private static let mark = "PLANTED"

  private let server: TestServer
  private let jobs: JobController

  init() throws {
    server = try TestServer()
    jobs = JobController(client: server.client)
  }

  @Test func `a secret that somebody planted is in no status, no event, no metric and no line of the log`()
    async throws
  {
    let metrics = MetricsRegistry(SatisController.metricDescriptions)
    let log = InMemoryLogHandler()
    var logger = Logger(label: "test") { _ in log }
    logger.logLevel = .trace
    try await server.withNamespace { namespace in
      let events = server.events()
      let controller = try SatisController(
        client: server.client, configuration: .init(namespace: namespace, defaultImage: "satis:test"),
        events: events, metrics: metrics, logger: logger, now: wallClock)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await controller.run() }
        group.addTask { await events.run() }
        try await plantInPodMessage(namespace)
        try await plantInReport(namespace)
        try await plantInTerminationMessage(namespace)
        try await plantInImagePullMessage(namespace)
        try await plantInConfiguration(namespace)
        // All that was told before it is written by then.
        _ = try await server.observe(Event.self, in: namespace) {
          $0.regarding?.name == "configuration" && $0.reason == "Invalid"
        }
        group.cancelAll()
      }

      let kubectl = Kubectl(kubeconfig: server.kubeconfig, namespace: namespace)
      for kind in ["satisbuilds", "satisrepositories", "events.events.k8s.io"] {
        let objects = try JSONValue(parsing: try await kubectl.run("get", kind, "-o", "json").utf8)
        let items = objects["items"]?.elements ?? []
        #expect(items.count >= 5)
        for item in items {
          let text = try (item["status"] ?? item).serialized()
          #expect(!text.contains(Self.mark), "\(kind): \(text)")
        }
      }
    }
    let exposition = metrics.exposition()
    #expect(exposition.contains("satis_builds_total"))
    #expect(!exposition.contains(Self.mark), "\(exposition)")
    #expect(log.entries.count > 10)
    for entry in log.entries {
      let line = "\(entry.message) \(entry.metadata)"
      #expect(!line.contains(Self.mark), "\(line)")
    }
  }

  private func plantInPodMessage(_ namespace: String) async throws {
    let (job, pod) = try await start("pod", namespace)
    try await jobs.setStatus(
      of: pod.key,
      [
        "phase": "Failed", "reason": "Evicted",
        "message": "while cloning https://deploy:\(Self.mark)@git.example.org/acme/lib.git",
      ])
    try await jobs.finish(job, succeeded: false)
    let build = try await ended("pod", namespace)
    #expect(build.condition?.message.contains("while cloning https://***@git.example.org") == true)
  }

  /// As if the runner had not known auth.json; what only its value gives away, the runner alone can take out.
  private func plantInReport(_ namespace: String) async throws {
    let (job, pod) = try await start("report", namespace)
    let auth: JSONValue = [
      "github-oauth": ["github.com": "ghp_\(Self.mark)0123456789abcdefghijABCDEFGHI"],
      "http-basic": ["git.example.org": ["username": "deploy", "password": "hunter2\(Self.mark)"]],
    ]
    let report: JSONValue = [
      "version": 1, "result": "Failed", "reason": "SatisFailed", "message": "it printed auth.json",
      "exitCode": 1, "log": .string("auth.json: \(try auth.serialized())"),
    ]
    try await jobs.end(job, pod: pod, exitCode: 1, message: try report.serialized())
    let build = try await ended("report", namespace)
    #expect(build.status?.logTail?.contains("***") == true)
  }

  private func plantInTerminationMessage(_ namespace: String) async throws {
    let token = "glpat-\(Self.mark)0123456789"
    let (job, pod) = try await start("message", namespace)
    try await jobs.end(
      job, pod: pod, exitCode: 1,
      message: runnerReport(succeeded: false, reason: token, message: "the token \(token) has expired"))
    let build = try await ended("message", namespace)
    #expect(build.condition?.message == "the token *** has expired")
    // Nor is what the runner never wrote taken over.
    let (other, otherPod) = try await start("raw", namespace)
    try await jobs.end(other, pod: otherPod, exitCode: 1, message: "token=\(Self.mark)")
    _ = try await ended("raw", namespace)
  }

  private func plantInImagePullMessage(_ namespace: String) async throws {
    let (_, pod) = try await start("image", namespace)
    try await jobs.setStatus(
      of: pod.key,
      [
        "phase": "Pending",
        "containerStatuses": [
          [
            "name": "satis", "image": "none", "imageID": "", "ready": false, "restartCount": 0,
            "state": [
              "waiting": [
                "reason": "ErrImagePull",
                "message": .string(
                  "GET https://robot:\(Self.mark)@registry.example.org/v2/: "
                    + "Authorization: Bearer \(Self.mark)\nrefused"),
              ]
            ],
          ]
        ],
      ])
    try await server.wait(for: SatisBuild.self, "image", in: namespace) {
      $0.condition?.message.contains("ErrImagePull") == true
    }
  }

  private func plantInConfiguration(_ namespace: String) async throws {
    let source = "https://deploy:\(Self.mark)@git.example.org/acme/lib.git"
    try await server.createRepository("configuration", in: namespace, isNew: true) {
      $0.config = .init(
        inline: """
          {"name": "acme/packages", "homepage": "https://packages.example.org",
           "repositories": [{"type": "vcs", "url": "\(source)"}]}
          """)
    }
    try await server.createBuild("configuration", of: "configuration", in: namespace)
    let build = try await ended("configuration", namespace)
    #expect(build.condition?.reason == "Invalid")
    #expect(build.condition?.message.contains("password or token") == true)
  }

  private func start(_ name: String, _ namespace: String) async throws -> (Job, Pod) {
    try await server.createRepository(name, in: namespace)
    try await server.createBuild(name, of: name, in: namespace)
    let running = try await server.wait(for: SatisBuild.self, name, in: namespace) {
      $0.status?.jobName != nil
    }
    let job = try await server.client.get(
      Job.self, NamespacedName(namespace: namespace, name: running.status?.jobName ?? ""))
    return (job, try await jobs.startPod(of: job))
  }

  private func ended(_ name: String, _ namespace: String) async throws -> SatisBuild {
    try await server.wait(for: SatisBuild.self, name, in: namespace) { $0.status?.isFinished == true }
  }
}
