import Foundation
import KubernetesClient
import SatisAPI
import TestSupport
import Testing

/// One operator for all namespaces, as the programs that users run, with the rights of its overlay and no more.
@Suite(.timeLimit(.minutes(3)), .serialized) struct AllNamespacesTests {
  private static let body = """
    {"ref": "refs/heads/main", "after": "6113728f27ae82c7b1a177c8d03f9e96e0adf246", "deleted": false,
     "repository": {"full_name": "acme/lib", "clone_url": "https://git.example.org/acme/lib.git"},
     "pusher": {"name": "alex"}}
    """

  // MARK: - The controller

  @Test
  func
    `repositories of equal names are built apart, and a namespace that gives no rights is told what it lacks`()
    async throws
  {
    try await ClusterWideSite.run { site in
      try await site.makeNamespace("north")
      try await site.makeNamespace("south")
      try await site.makeNamespace("closed", isServed: false)
      let controller = try OperatorProcess(
        [
          "controller", "--kubeconfig", try await site.kubeconfig(of: "satis-controller"), "--all-namespaces",
          "--default-image", "satis:test", "--health-port", "0",
        ], log: site.log(of: "controller"))
      defer { controller.killHard() }
      for namespace in ["closed", "north", "south"] {
        try await site.server.createRepository("packages", in: namespace)
        try await site.server.createBuild("b1", of: "packages", in: namespace)
      }
      try await endBuild(in: "north", succeeded: true, site)
      try await endBuild(in: "south", succeeded: false, site)

      let north = try await ended("b1", in: "north", site)
      let south = try await ended("b1", in: "south", site)
      #expect(north.condition?.reason == "Succeeded")
      #expect(south.condition?.reason == "Failed")
      let lease = try await site.server.client.get(
        Lease.self, NamespacedName(namespace: ClusterWideSite.home, name: "satis-controller-leader"))
      #expect(lease.spec?.holderIdentity?.isEmpty == false)

      try await expectRefusal(in: "closed", site)
      try await site.serve("closed")
      // Its event makes the controller look at once.
      try await site.server.createBuild("b2", of: "packages", in: "closed")
      try await endBuild(in: "closed", succeeded: true, site)
      let opened = try await ended("b2", in: "closed", site)
      #expect(opened.condition?.reason == "Succeeded")
      let repository = try await site.server.wait(for: SatisRepository.self, "packages", in: "closed") {
        $0.status?.activeJob == nil && $0.status?.release != nil
      }
      #expect(repository.status?.conditions?[ConditionType.ready]?.status == .yes)
      #expect(controller.terminate() == 0)
    }
  }

  /// Nothing runs there, and whoever looks learns whose rights are missing and how to give them.
  private func expectRefusal(in namespace: String, _ site: ClusterWideSite) async throws {
    let refused = try await site.server.wait(for: SatisRepository.self, "packages", in: namespace) {
      $0.status?.conditions?[ConditionType.ready]?.reason == "Forbidden"
    }
    let told = refused.status?.conditions?[ConditionType.ready]?.message ?? ""
    #expect(told.contains("in namespace '\(namespace)'"))
    #expect(told.contains("system:serviceaccount:satis-system:satis-controller"))
    #expect(told.contains("needs the RoleBindings of deploy/overlays/served-namespace"))
    let waiting = try await site.server.wait(for: SatisBuild.self, "b1", in: namespace) {
      $0.condition?.message == told
    }
    #expect(waiting.condition?.reason == "Queued")
    let jobs = try await site.server.client.list(Job.self, in: namespace).items
    #expect(jobs.isEmpty)
    let log = try String(contentsOf: site.log(of: "controller"), encoding: .utf8)
    #expect(log.contains("the server does not let anything be built"))
  }

  /// Plays Kubernetes' part in the Job that a namespace's repository has.
  private func endBuild(in namespace: String, succeeded: Bool, _ site: ClusterWideSite) async throws {
    let claimed = try await site.server.wait(for: SatisRepository.self, "packages", in: namespace) {
      $0.status?.activeJob != nil
    }
    let name = claimed.status?.activeJob?.name ?? ""
    let job = try await site.server.wait(for: Job.self, name, in: namespace) { _ in true }
    let jobs = JobController(client: site.server.client)
    let pod = try await jobs.startPod(of: job)
    try await jobs.end(
      job, pod: pod, exitCode: succeeded ? 0 : 1, message: runnerReport(succeeded: succeeded))
  }

  private func ended(
    _ build: String, in namespace: String, _ site: ClusterWideSite
  ) async throws -> SatisBuild {
    try await site.server.wait(for: SatisBuild.self, build, in: namespace) { $0.status?.isFinished == true }
  }

  // MARK: - The webhook service

  @Test
  func `a call reaches the namespace that it names, by that one's secret, where the service has rights`()
    async throws
  {
    try await ClusterWideSite.run { site in
      try await site.makeNamespace("north")
      try await site.makeNamespace("south")
      try await site.makeNamespace("closed", isServed: false)
      for namespace in ["closed", "north", "south"] { try await makeHook(in: namespace, site) }
      let log = site.log(of: "webhook")
      let service = try await WebhookProcess.start(
        kubeconfig: try await site.kubeconfig(of: "satis-webhook"), namespace: nil, log: log)
      defer { service.terminate() }

      let named = try await service.post(Self.body, to: "north/packages", secret: "north", delivery: "1")
      let whole = try await service.post(Self.body, to: "south", secret: "south", delivery: "2")
      #expect(named.status == 202)
      #expect(whole.status == 202)
      let foreign = try await service.post(Self.body, to: "north/packages", secret: "south", delivery: "3")
      #expect(foreign.status == 401)
      for path in ["closed/packages", "closed", "nowhere/packages", "nowhere"] {
        let refused = try await service.post(Self.body, to: path, secret: "closed", delivery: "4")
        #expect(refused.status == 401, "\(path)")
        #expect(refused.answer == foreign.answer, "\(path)")
      }
      for (namespace, count) in [("closed", 0), ("north", 1), ("south", 1)] {
        let made = try await site.server.client.list(SatisBuild.self, in: namespace).items
        #expect(made.count == count, "\(namespace)")
      }
      let told = try String(contentsOf: log, encoding: .utf8)
      #expect(told.contains("in namespace 'closed'"))
      #expect(told.contains("needs the RoleBindings of deploy/overlays/served-namespace"))

      try await site.serve("closed")
      while try await service.post(Self.body, to: "closed", secret: "closed", delivery: "5").status != 202 {
        try Task.checkCancellation()
      }
    }
  }

  /// A repository whose secret is the namespace's name.
  private func makeHook(in namespace: String, _ site: ClusterWideSite) async throws {
    try await site.server.createRepository("packages", in: namespace) {
      $0.webhook = .init(secretRefs: [KeyReference(name: "hook", key: "secret")])
    }
    _ = try await site.server.client.create(
      Secret(
        metadata: ObjectMetadata(name: "hook", namespace: namespace),
        data: ["secret": Base64Data(Array(namespace.utf8))]))
  }
}
