import KubernetesClient
import Logging
import SatisAPI
import SatisController
import TestSupport
import Testing

/// What a repository asks of its pods, on a real API server; the test plays the Job controller.
@Suite(.timeLimit(.minutes(4))) struct PodTemplateTests {
  private let server: TestServer
  private let jobs: JobController

  init() throws {
    server = try TestServer()
    jobs = JobController(client: server.client)
  }

  private func withController(_ body: @escaping @Sendable (String) async throws -> Void) async throws {
    try await server.withNamespace { namespace in
      try await withThrowingTaskGroup(of: Void.self) { group in
        let controller = try SatisController(
          client: server.client, configuration: .init(namespace: namespace, defaultImage: "satis:test"),
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
    return try await server.client.get(
      Job.self, NamespacedName(namespace: namespace, name: running.status?.jobName ?? ""))
  }

  /// A template that uses all there is to use.
  private static let everything: SatisRepository.PodTemplate = {
    var template = SatisRepository.PodTemplate()
    template.resources = .init(
      requests: .init(cpu: "1", ephemeralStorage: "1Gi"), limits: .init(cpu: "1.5", memory: "128Mi"))
    template.nodeSelector = ["kubernetes.io/arch": "amd64"]
    template.affinity = [
      "podAffinity": [
        "requiredDuringSchedulingIgnoredDuringExecution": [
          [
            "topologyKey": "kubernetes.io/hostname",
            "labelSelector": ["matchLabels": ["app.kubernetes.io/component": "web"]],
          ]
        ]
      ]
    ]
    template.tolerations = [
      .init(key: "dedicated", value: "builds", effect: .noSchedule),
      .init(operator: .exists, effect: .noExecute, tolerationSeconds: 60),
    ]
    template.labels = ["team": "platform"]
    template.annotations = ["example.org/note": "a note"]
    var map = SatisRepository.PodTemplate.Volume(
      name: "git-config", mountPath: "/etc/gitconfig", subPath: "gitconfig", readOnly: true)
    map.configMap = .init(name: "git")
    var secret = SatisRepository.PodTemplate.Volume(name: "licence", mountPath: "/etc/company/.licence")
    secret.secret = .init(secretName: "licence")
    var memory = SatisRepository.PodTemplate.Volume(name: "scratch", mountPath: "/scratch")
    memory.emptyDir = .init(medium: .memory, sizeLimit: "64Mi")
    var claim = SatisRepository.PodTemplate.Volume(name: "mirror", mountPath: "/mirror", readOnly: true)
    claim.persistentVolumeClaim = .init(claimName: "mirror")
    template.volumes = [map, secret, memory, claim]
    return template
  }()

  /// The whole object, of which `Job` has a part.
  private struct WholeJob: KubernetesObject {
    static let resourceType = Job.resourceType
    var metadata: ObjectMetadata
    var spec: JSONValue
  }

  @Test func `the server takes a Job with all that a template can ask for`() async throws {
    try await withController { namespace in
      try await server.createClaim("mirror", in: namespace)
      let created = try await server.createRepository("acme", in: namespace) {
        $0.podTemplate = Self.everything
      }
      // Nothing was cut off on the way, nor read differently.
      #expect(created.spec.podTemplate == Self.everything)
      try await server.createBuild("b1", of: "acme", in: namespace)
      let job = try await job(of: "b1", in: namespace)
      let template = try await server.client.get(WholeJob.self, job.key).spec["template"]
      let container = template?["spec"]?["containers"]?.elements?.first
      #expect(
        container?["resources"] == [
          "requests": ["cpu": "1", "memory": "128Mi", "ephemeral-storage": "1Gi"],
          "limits": ["cpu": "1500m", "memory": "128Mi"],
        ])
      let labels = template?["metadata"]?["labels"]
      #expect(labels?["team"] == "platform")
      #expect(labels?["job-name"] == .string(job.metadata.name))
      #expect(template?["metadata"]?["annotations"]?["example.org/note"] == "a note")
      #expect(template?["spec"]?["affinity"] == Self.everything.affinity)
      #expect(template?["spec"]?["tolerations"]?.elements?.count == 2)
      #expect(template?["spec"]?["nodeSelector"] == ["kubernetes.io/arch": "amd64"])
      let mounted = container?["volumeMounts"]?.elements?.compactMap { $0["mountPath"]?.text } ?? []
      #expect(mounted.suffix(4) == ["/etc/gitconfig", "/etc/company/.licence", "/scratch", "/mirror"])
    }
  }

  @Test func `a missing claim is a message, and once it is there the build runs to its end`() async throws {
    try await withController { namespace in
      try await server.createRepository("acme", in: namespace, hasClaims: false)
      try await server.createBuild("b1", of: "acme", in: namespace)
      let waiting = try await server.wait(for: SatisBuild.self, "b1", in: namespace) {
        $0.condition?.message.contains("PersistentVolumeClaim 'output'") == true
      }
      #expect(waiting.condition?.reason == "Queued")
      let repository = try await server.wait(for: SatisRepository.self, "acme", in: namespace) {
        $0.status?.conditions?[ConditionType.ready] != nil
      }
      #expect(repository.status?.conditions?[ConditionType.ready]?.status == .no)
      #expect(repository.status?.conditions?[ConditionType.ready]?.reason == "ClaimNotFound")
      #expect(try await server.client.listAll(Job.self, in: namespace).items.isEmpty)

      // Nothing tells the controller of it.
      try await server.createClaim("output", in: namespace)
      let job = try await job(of: "b1", in: namespace)
      let pod = try await jobs.startPod(of: job)
      try await jobs.end(job, pod: pod, exitCode: 0, message: runnerReport(succeeded: true))
      let build = try await server.wait(for: SatisBuild.self, "b1", in: namespace) {
        $0.status?.isFinished == true
      }
      #expect(build.condition?.reason == "Succeeded")
      try await server.wait(for: SatisRepository.self, "acme", in: namespace) {
        $0.status?.conditions?[ConditionType.ready]?.status == .yes
      }
    }
  }

  @Test func `a template that the server lets through and nobody can use keeps builds waiting`() async throws
  {
    try await withController { namespace in
      try await server.createRepository("acme", in: namespace) {
        $0.podTemplate = .init()
        $0.podTemplate?.resources = .init(requests: .init(memory: "2Gi"), limits: .init(memory: "1Gi"))
      }
      try await server.createBuild("b1", of: "acme", in: namespace)
      let waiting = try await server.wait(for: SatisBuild.self, "b1", in: namespace) {
        $0.condition?.message.contains("spec.podTemplate.resources.requests.memory") == true
      }
      #expect(waiting.condition?.reason == "Queued")
      try await server.wait(for: SatisRepository.self, "acme", in: namespace) {
        $0.status?.conditions?[ConditionType.ready]?.reason == "PodTemplateInvalid"
      }
      _ = try await server.client.mergePatch(
        SatisRepository.self, NamespacedName(namespace: namespace, name: "acme"),
        patch: ["spec": ["podTemplate": ["resources": ["limits": ["memory": "4Gi"]]]]], resourceVersion: nil)
      _ = try await job(of: "b1", in: namespace)
    }
  }
}
