import ControllerRuntime
import Foundation
import SatisAPI
import SatisController
import SatisWebhook
import TestSupport
import Testing
import Yams

@testable import KubernetesClient

/// The rights in `deploy/` are those that the components use, no less and no more: everything they do under their
/// own service accounts is read from the API server's audit log and compared with the Roles.
@Suite(.timeLimit(.minutes(4)), .serialized) struct AccessTests {
  /// The namespace that the manifests name.
  private static let namespace = "satis"

  private let server: TestServer
  private let kubectl: Kubectl

  init() async throws {
    server = try TestServer()
    kubectl = Kubectl(kubeconfig: server.kubeconfig)
    try await kubectl.run(
      "apply", "-f", "-", input: #"{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "satis"}}"#)
  }

  @Test func `the controller uses every right it has and asks for no other`() async throws {
    let client = try await client(component: "controller")
    // It watches the Lease while it waits for it.
    let past = microTime()
    _ = try await server.client.create(
      Lease(
        metadata: ObjectMetadata(name: "satis-controller-leader", namespace: Self.namespace),
        spec: .init(
          holderIdentity: "another", leaseDurationSeconds: 5, acquireTime: past, renewTime: past,
          leaseTransitions: 0)))
    try await withThrowingTaskGroup(of: Void.self) { group in
      let events = server.events(client: client)
      let controller = try SatisController(
        client: client,
        configuration: .init(
          namespace: Self.namespace, defaultImage: "satis:test", waitsForLeadership: true),
        events: events, logger: .quiet, now: wallClock)
      // Patient, since this machine has other tests to run as well.
      var timings = LeaderElectionTimings.standard
      timings.lease = .seconds(120)
      timings.renewDeadline = .seconds(100)
      let elector = try LeaderElector(
        client: client, lease: NamespacedName(namespace: Self.namespace, name: "satis-controller-leader"),
        identity: "test", timings: timings, events: events, logger: .quiet, now: microTime
      ) { controller.lead(until: $0) }
      group.addTask { await controller.run() }
      group.addTask { await events.run() }
      group.addTask { try await elector.run() }
      try await buildFromConfigMapAndSecret()
      try await repairClaimAndStopJob()
      try await buildByItselfAndCleanUp()
      try await cancelRunning()
      try await suspendAndGoOn()
      try await server.wait(for: Lease.self, "satis-controller-leader", in: Self.namespace) {
        $0.spec?.renewTime != $0.spec?.acquireTime
      }
      // A leader makes it again.
      let lease = NamespacedName(namespace: Self.namespace, name: "satis-controller-leader")
      try await server.client.delete(Lease.self, lease, uid: nil, propagation: .background)
      try await server.wait(for: Lease.self, lease.name, in: Self.namespace) { _ in true }
      group.cancelAll()
    }
    let streamsLists = client.streamingLists.areServed
    await client.shutdown()
    try await compare(component: "controller", streamsLists: streamsLists)
  }

  @Test func `the webhook service uses every right it has and asks for no other`() async throws {
    let client = try await client(component: "webhook")
    let store = ClusterBuildStore(client: client)
    try await server.createRepository("hooked", in: Self.namespace)
    let key = NamespacedName(namespace: Self.namespace, name: "hooked")
    _ = try await store.repository(key)
    _ = try await store.repositories(in: Self.namespace)
    _ = try await server.client.create(
      Secret(
        metadata: ObjectMetadata(name: "hook", namespace: Self.namespace), data: ["token": Base64Data([1])]))
    _ = try await store.secret(NamespacedName(namespace: Self.namespace, name: "hook"))
    _ = try await server.client.create(
      ConfigMap(metadata: ObjectMetadata(name: "hook", namespace: Self.namespace), data: [:]))
    _ = try await store.configMap(NamespacedName(namespace: Self.namespace, name: "hook"))
    let build = SatisBuild(
      metadata: ObjectMetadata(name: "hooked-1", namespace: Self.namespace),
      spec: .init(repositoryRef: .init(name: "hooked")))
    try await store.create(build)
    _ = try await store.build(build.key)
    await client.shutdown()
    try await compare(component: "webhook")
  }

  @Test func `a right that is missing is named in the build, which runs once it is granted`() async throws {
    let client = try await client(component: "controller")
    try await setMayCreateJobs(false)
    try await withThrowingTaskGroup(of: Void.self) { group in
      let controller = try SatisController(
        client: client, configuration: .init(namespace: Self.namespace, defaultImage: "satis:test"),
        events: server.events(), logger: .quiet, now: wallClock)
      group.addTask { await controller.run() }
      try await server.createRepository("barred", in: Self.namespace)
      try await server.createBuild("barred-1", of: "barred", in: Self.namespace)
      let waiting = try await server.wait(for: SatisBuild.self, "barred-1", in: Self.namespace) {
        $0.condition?.message.contains("cannot create resource") == true
      }
      #expect(waiting.condition?.reason == "Queued")
      try await setMayCreateJobs(true)
      try await server.wait(for: SatisBuild.self, "barred-1", in: Self.namespace) {
        $0.condition?.reason == "Running"
      }
      group.cancelAll()
    }
    await client.shutdown()
  }

  /// Takes the right to create Jobs from the controller's Role, or gives it back.
  private func setMayCreateJobs(_ isAllowed: Bool) async throws {
    let text = try await kubectl.run("get", "role", "satis-controller", "-n", Self.namespace, "-o", "json")
    var role = try JSONValue(parsing: text.utf8)
    let rules = (role["rules"]?.elements ?? []).map { rule in
      guard rule["resources"] == ["jobs"] else { return rule }
      var rule = rule
      let others = (rule["verbs"]?.elements ?? []).filter { $0 != "create" }
      rule["verbs"] = .array(isAllowed ? others + ["create"] : others)
      return rule
    }
    role["rules"] = .array(rules)
    try await kubectl.run("replace", "-f", "-", input: try role.serialized())
  }

  // MARK: - What the controller does

  private func buildFromConfigMapAndSecret() async throws {
    let data = ["satis.json": TestServer.satisJSON]
    _ = try await server.client.create(
      ConfigMap(metadata: ObjectMetadata(name: "config", namespace: Self.namespace), data: data))
    _ = try await server.client.create(
      Secret(
        metadata: ObjectMetadata(name: "config", namespace: Self.namespace),
        data: data.mapValues { Base64Data(Array($0.utf8)) }))
    let reference = KeyReference(name: "config", key: "satis.json")
    try await server.createRepository("open", in: Self.namespace) {
      $0.config = .init(configMapKeyRef: reference)
    }
    try await server.createRepository("closed", in: Self.namespace) {
      $0.config = .init(secretKeyRef: reference)
    }
    for repository in ["open", "closed"] {
      try await server.createBuild("\(repository)-1", of: repository, in: Self.namespace)
      try await server.wait(for: SatisBuild.self, "\(repository)-1", in: Self.namespace) {
        $0.condition?.reason == "Running"
      }
    }
  }

  /// A Job of somebody else's has the name of the first claim; a running build is deleted.
  private func repairClaimAndStopJob() async throws {
    let repository = try await server.createRepository("taken", in: Self.namespace)
    let name = ResourceNames.job(repository: repository.metadata, sequence: 1)
    _ = try await server.client.createReturningMetadata(
      Job.self,
      manifest: [
        "apiVersion": "batch/v1", "kind": "Job", "metadata": ["name": .string(name)],
        "spec": [
          "template": ["spec": ["restartPolicy": "Never", "containers": [["name": "x", "image": "x"]]]]
        ],
      ],
      key: NamespacedName(namespace: Self.namespace, name: name))
    try await server.createBuild("taken-1", of: "taken", in: Self.namespace)
    let second = ResourceNames.job(repository: repository.metadata, sequence: 2)
    try await server.wait(for: SatisBuild.self, "taken-1", in: Self.namespace) {
      $0.status?.jobName == second
    }
    try await server.client.delete(
      SatisBuild.self, NamespacedName(namespace: Self.namespace, name: "taken-1"), uid: nil,
      propagation: .background)
    try await server.wait(for: SatisRepository.self, "taken", in: Self.namespace) {
      $0.status?.jobSequence == 2 && $0.status?.activeJob == nil
    }
  }

  /// A new repository builds itself; its snapshot, its ended build and the repository itself go.
  private func buildByItselfAndCleanUp() async throws {
    let repository = try await server.createRepository("fresh", in: Self.namespace, isNew: true) {
      $0.history = .init(ttlSeconds: 1)
    }
    _ = try await server.client.create(
      ConfigMap(
        metadata: ObjectMetadata(
          name: "fresh-old-snapshot", namespace: Self.namespace,
          labels: [
            ResourceNames.managedByLabel: ResourceNames.manager,
            ResourceNames.componentLabel: ResourceNames.snapshotComponent,
            ResourceNames.repositoryLabel: "fresh",
          ],
          ownerReferences: [
            OwnerReference(
              apiVersion: SatisRepository.resourceType.apiVersion, kind: "SatisRepository", name: "fresh",
              uid: repository.metadata.uid ?? "")
          ]), data: [:]))
    try await endJob(of: "fresh")
    try await server.waitUntilGone(ConfigMap.self, "fresh-old-snapshot", in: Self.namespace)
    try await server.createBuild("fresh-2", of: "fresh", in: Self.namespace)
    try await endJob(of: "fresh")
    // The build of the changed configuration is not the only one any more; this one has outlived its second.
    try await server.waitUntilGone(SatisBuild.self, "fresh-2", in: Self.namespace)
  }

  private func cancelRunning() async throws {
    try await server.createRepository("stopped", in: Self.namespace)
    try await server.createBuild("stopped-1", of: "stopped", in: Self.namespace)
    let job = try await job(of: "stopped")
    let pod = try await JobController(client: server.client).startPod(of: job)
    // A Job whose pod is not known yet is deleted, and nobody is told to stop.
    try await server.wait(for: SatisBuild.self, "stopped-1", in: Self.namespace) {
      $0.status?.podName == pod.metadata.name
    }
    _ = try await server.client.mergePatch(
      SatisBuild.self, NamespacedName(namespace: Self.namespace, name: "stopped-1"),
      patch: ["spec": ["state": "Cancelled"]], resourceVersion: nil)
    try await server.wait(for: Pod.self, pod.metadata.name, in: Self.namespace) {
      $0.metadata.labels?[ResourceNames.stopLabel] != nil
    }
    // It was told long ago, and its node has to end it now.
    _ = try await server.client.mergePatch(
      Pod.self, pod.key, patch: ["metadata": ["labels": [ResourceNames.stopLabel: "1"]]], resourceVersion: nil
    )
    try await server.wait(for: Pod.self, pod.metadata.name, in: Self.namespace) {
      $0.spec?.activeDeadlineSeconds == 1
    }
  }

  /// What is told twice becomes a series.
  private func suspendAndGoOn() async throws {
    try await server.createRepository("paused", in: Self.namespace)
    for (state, reason) in [("Active", "Ready"), ("Suspended", "Suspended"), ("Active", "Ready")] {
      _ = try await server.client.mergePatch(
        SatisRepository.self, NamespacedName(namespace: Self.namespace, name: "paused"),
        patch: ["spec": ["state": .string(state)]], resourceVersion: nil)
      try await server.wait(for: SatisRepository.self, "paused", in: Self.namespace) {
        $0.status?.conditions?[ConditionType.ready]?.reason == reason
      }
    }
    _ = try await server.observe(Event.self, in: Self.namespace) { $0.series != nil }
  }

  private func job(of repository: String) async throws -> Job {
    let claimed = try await server.wait(for: SatisRepository.self, repository, in: Self.namespace) {
      $0.status?.activeJob != nil
    }
    return try await server.wait(for: Job.self, claimed.status?.activeJob?.name ?? "", in: Self.namespace) {
      _ in
      true
    }
  }

  private func endJob(of repository: String) async throws {
    let job = try await job(of: repository)
    let jobs = JobController(client: server.client)
    let pod = try await jobs.startPod(of: job)
    try await jobs.end(job, pod: pod, exitCode: 0, message: runnerReport(succeeded: true))
    try await server.wait(for: SatisRepository.self, repository, in: Self.namespace) {
      $0.status?.activeJob == nil
    }
  }

  // MARK: - Roles and the audit log

  /// One right: a verb on a resource.
  private struct Right: Hashable, Comparable, CustomStringConvertible {
    var group: String
    var resource: String
    var verb: String

    var description: String { "\(verb) \(group.isEmpty ? "" : "\(group)/")\(resource)" }

    static func < (left: Self, right: Self) -> Bool { left.description < right.description }
  }

  private static func manifest(component: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("deploy/base/\(component)/rbac.yaml").path
  }

  /// A client with the component's own service account, and with the rights of the manifest.
  private func client(component: String) async throws -> KubernetesClient {
    try await kubectl.run("apply", "-n", Self.namespace, "-f", Self.manifest(component: component))
    var configuration = server.client.configuration
    configuration.token = .fixed(try await kubectl.token(of: "satis-\(component)", in: Self.namespace))
    configuration.clientIdentity = nil
    return try KubernetesClient(
      configuration: configuration, fieldManager: "satis-operator", userAgent: "access-test", logger: .quiet)
  }

  /// - Parameter streamsLists: whether a watch brings the list it begins with: then only other servers are asked for one.
  private func compare(component: String, streamsLists: Bool = false) async throws {
    let user = "system:serviceaccount:\(Self.namespace):satis-\(component)"
    let granted = try granted(in: Self.manifest(component: component))
    let needed = granted.filter { right in
      guard streamsLists, right.verb == "list" else { return true }
      return !granted.contains(Right(group: right.group, resource: right.resource, verb: "watch"))
    }
    var used = try used(by: user)
    // The server writes down a watch when it notices that the client has closed it; each look asks it something.
    for _ in 0..<100 where !needed.isSubset(of: used) {
      _ = try await server.client.list(ConfigMap.self, in: Self.namespace)
      used = try self.used(by: user)
    }
    #expect(used.subtracting(granted).sorted() == [], "used without being granted")
    #expect(needed.subtracting(used).sorted() == [], "granted without being used")
  }

  private func granted(in manifest: String) throws -> Set<Right> {
    let text = try String(contentsOfFile: manifest, encoding: .utf8)
    var rights: Set<Right> = []
    for document in try Yams.load_all(yaml: text) {
      guard let object = document as? [String: Any], object["kind"] as? String == "Role" else { continue }
      for rule in object["rules"] as? [[String: Any]] ?? [] {
        for group in rule["apiGroups"] as? [String] ?? [] {
          for resource in rule["resources"] as? [String] ?? [] {
            for verb in rule["verbs"] as? [String] ?? [] {
              rights.insert(Right(group: group, resource: resource, verb: verb))
            }
          }
        }
      }
    }
    return rights
  }

  private func used(by user: String) throws -> Set<Right> {
    let path = try #require(ProcessInfo.processInfo.environment["SATIS_TEST_AUDIT_LOG"])
    let log = try String(contentsOfFile: path, encoding: .utf8)
    var rights: Set<Right> = []
    for line in log.split(separator: "\n") where line.contains(user) {
      let event = try JSONDecoder().decode(AuditEvent.self, from: Data(line.utf8))
      guard event.user.username == user, let object = event.objectRef else { continue }
      let resource = object.subresource.map { "\(object.resource)/\($0)" } ?? object.resource
      rights.insert(Right(group: object.apiGroup ?? "", resource: resource, verb: event.verb))
    }
    return rights
  }

  private struct AuditEvent: Decodable {
    struct User: Decodable {
      var username: String
    }
    struct Object: Decodable {
      var resource: String
      var subresource: String?
      var apiGroup: String?
    }
    var user: User
    var verb: String
    var objectRef: Object?
  }
}
