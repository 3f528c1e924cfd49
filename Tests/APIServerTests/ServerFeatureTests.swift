import Foundation
import SatisAPI
import SatisController
import Synchronization
import TestSupport
import Testing

@testable import KubernetesClient

/// What newer API servers can do and older ones cannot.
///
/// Each test finds out what this one does, and then checks the use of it or what is done without it. `Tests/run` shows
/// the lines that begin with `server feature`.
@Suite(.timeLimit(.minutes(1))) struct ServerFeatureTests {
  let server: TestServer

  private let kubectl: Kubectl

  init() throws {
    server = try TestServer()
    kubectl = Kubectl(kubeconfig: server.kubeconfig)
  }

  private func report(_ feature: String, isServed: Bool) {
    let outcome = isServed ? "served and tested" : "not served, so tested without it"
    // In one piece: what is printed may be cut in two by the output of another test.
    FileHandle.standardError.write(Data("server feature: \(feature): \(outcome)\n".utf8))
  }

  // MARK: - Streaming lists, from 1.32

  @Test func `a streaming list is used where it is served, and elsewhere asked for once`() async throws {
    let isServed = try await servesStreamingLists()
    let requests = Mutex<[String]>([])
    let client = try KubernetesClient(
      configuration: server.client.configuration, fieldManager: "test", userAgent: "satis-operator-tests",
      logger: .quiet
    ) { observation in
      if case .request(let request) = observation { requests.withLock { $0.append(request.verb) } }
    }
    try await server.withNamespace { namespace in
      _ = try await server.client.create(
        ConfigMap(metadata: ObjectMetadata(name: "a", namespace: namespace), data: [:]))
      for _ in 1...2 {
        let watcher = Watcher<ConfigMap>(client: client, namespace: namespace, logger: .quiet)
        let (lists, continuation) = AsyncStream<Bool>.makeStream()
        let run = Task {
          await watcher.run { update in
            guard case .replaced(let objects, _) = update else { return }
            continuation.yield(objects.contains { $0.metadata.name == "a" })
          }
        }
        for await isWhole in lists {
          #expect(isWhole)
          break
        }
        run.cancel()
        await run.value
      }
    }
    await client.shutdown()
    let sent = requests.withLock { $0 }
    #expect(client.streamingLists.areServed == isServed)
    #expect(sent.first == "watch")
    #expect(sent.count { $0 == "list" } == (isServed ? 0 : 2), "\(sent)")
    report("streaming lists", isServed: isServed)
  }

  private func servesStreamingLists() async throws -> Bool {
    struct Closed: Error {}
    do {
      try await server.client.watch(
        ConfigMap.self, in: "default", labelSelector: nil, from: .streamingList(notOlderThan: nil),
        timeoutSeconds: 5
      ) { event in
        if case .bookmark(_, true) = event { throw Closed() }
      }
      return false
    } catch is Closed {
      return true
    } catch let error as KubernetesError where error.isInvalid {
      return false
    }
  }

  // MARK: - Validation by rules (CEL), from 1.29 in our definitions

  @Test
  func `a build that is changed while it waits is refused by the server's rules, or else by the controller`()
    async throws
  {
    let definition = try await kubectl.run("get", "crd", "satisbuilds.satis.dev", "-o", "json")
    let isServed = definition.contains("x-kubernetes-validations")
    try await server.withNamespace { namespace in
      try await withThrowingTaskGroup(of: Void.self) { group in
        let controller = try SatisController(
          client: server.client, configuration: .init(namespace: namespace, defaultImage: "satis:test"),
          events: server.events(), logger: .quiet, now: wallClock)
        group.addTask { await controller.run() }
        try await server.createRepository("acme", in: namespace) { $0.state = .suspended }
        let waiting = try await server.createBuild("waits", of: "acme", in: namespace)
        try await server.wait(for: SatisBuild.self, "waits", in: namespace) {
          $0.condition?.reason == "Queued"
        }
        let refusal = await change(waiting.key)
        #expect((refusal != nil) == isServed)
        if let refusal {
          #expect(refusal.isInvalid)
        } else {
          _ = try await server.client.mergePatch(
            SatisRepository.self, NamespacedName(namespace: namespace, name: "acme"),
            patch: ["spec": ["state": "Active"]], resourceVersion: nil)
          let ended = try await server.wait(for: SatisBuild.self, "waits", in: namespace) {
            $0.status?.isFinished == true
          }
          #expect(ended.condition?.reason == "Invalid")
        }
        group.cancelAll()
      }
    }
    report("validation by rules", isServed: isServed)
  }

  /// Makes another build of it; the error where the server does not let that happen.
  private func change(_ build: NamespacedName) async -> KubernetesError? {
    do throws(KubernetesError) {
      _ = try await server.client.mergePatch(
        SatisBuild.self, build, patch: ["spec": ["operation": "Purge"]], resourceVersion: nil)
      return nil
    } catch {
      return error
    }
  }

  // MARK: - The policy for pods that are replaced, from 1.29

  @Test func `a Job may ask that no pod is replaced before it has ended, and is taken where that is unknown`()
    async throws
  {
    try await server.withNamespace { namespace in
      let job = try await server.client.create(
        Job.self,
        manifest: [
          "apiVersion": "batch/v1", "kind": "Job", "metadata": ["name": "job"],
          "spec": [
            "podReplacementPolicy": "Failed",
            "template": ["spec": ["restartPolicy": "Never", "containers": [["name": "x", "image": "x"]]]],
          ],
        ],
        key: NamespacedName(namespace: namespace, name: "job"))
      let policy = try await kubectl.run(
        "get", "job", job.metadata.name, "-n", namespace, "-o", "jsonpath={.spec.podReplacementPolicy}")
      // Where it is dropped, the lock in the volume alone keeps two pods apart.
      #expect(["", "Failed"].contains(policy))
      report("podReplacementPolicy", isServed: policy == "Failed")
    }
  }
}
