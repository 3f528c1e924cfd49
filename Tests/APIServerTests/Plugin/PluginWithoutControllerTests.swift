import Foundation
import KubernetesClient
import SatisAPI
import TestSupport
import Testing

/// The plugin's executable beside a real API server where nobody works on builds; the test writes what became of them.
@Suite(.timeLimit(.minutes(4))) struct PluginWithoutControllerTests {
  let server: TestServer

  init() throws {
    server = try TestServer()
  }

  private func withPlugin(
    repositories: [String] = ["acme"], _ body: (PluginProcess, String) async throws -> Void
  ) async throws {
    try await server.withNamespace { namespace in
      for name in repositories { try await server.createRepository(name, in: namespace) }
      try await PluginProcess.linked(kubeconfig: server.kubeconfig, namespace: namespace) {
        try await body($0, namespace)
      }
    }
  }

  /// Writes how a build ended.
  private func end(
    _ build: String, in namespace: String, _ reason: SatisBuild.Reason, supersededBy: String? = nil
  ) async throws {
    let condition = Condition(
      type: ConditionType.succeeded, status: reason.status, reason: reason.rawValue, message: "so",
      observedGeneration: nil, lastTransitionTime: wallClock())
    _ = try await server.client.mergePatch(
      SatisBuild.self, NamespacedName(namespace: namespace, name: build), subresource: .status,
      patch: [
        "status": [
          "conditions": [try JSONValue(encoding: condition)],
          "supersededBy": supersededBy.map { .string($0) } ?? .null,
        ]
      ], resourceVersion: nil)
  }

  /// Writes which Job works on a build.
  private func begin(_ job: String, for build: String, in namespace: String) async throws {
    _ = try await server.client.mergePatch(
      SatisBuild.self, NamespacedName(namespace: namespace, name: build), subresource: .status,
      patch: ["status": ["jobName": .string(job)]], resourceVersion: nil)
  }

  /// Creates a pod as that of a Job, which has ended.
  private func createPod(of job: String, in namespace: String) async throws {
    let key = NamespacedName(namespace: namespace, name: "\(job)-pod")
    _ = try await server.client.createReturningMetadata(
      Pod.self,
      manifest: [
        "apiVersion": "v1", "kind": "Pod",
        "metadata": ["name": .string(key.name), "labels": ["job-name": .string(job)]],
        "spec": ["containers": [["name": "satis", "image": "none"]]],
      ], key: key)
    try await JobController(client: server.client).setStatus(of: key, ["phase": "Succeeded"])
  }

  @Test func `who waits for a superseded build waits for the one that stands for it`() async throws {
    try await withPlugin { plugin, namespace in
      try await server.createBuild("newer", of: "acme", in: namespace)
      async let running = plugin.run("build", "--wait")
      let build = try await server.observe(SatisBuild.self, in: namespace) { $0.metadata.name != "newer" }
      try await end(build.metadata.name, in: namespace, .superseded, supersededBy: "newer")
      try await end("newer", in: namespace, .succeeded)
      let result = try await running
      #expect(result.exitCode == 0)
      #expect(result.errors.contains("\(build.metadata.name): Superseded: "))
      #expect(result.errors.contains("newer: Succeeded: "))
    }
  }

  @Test func `a build that is deleted ends the wait with 1`() async throws {
    try await withPlugin { plugin, namespace in
      async let running = plugin.run("build", "--wait")
      let build = try await server.observe(SatisBuild.self, in: namespace) { _ in true }
      try await server.client.delete(SatisBuild.self, build.key, uid: nil, propagation: .background)
      let result = try await running
      #expect(result.exitCode == 1)
      #expect(result.errors.contains("was deleted before it had ended"))
    }
  }

  @Test func `a build that has not ended in time ends the wait with 4 and goes on`() async throws {
    try await withPlugin { plugin, namespace in
      let result = try await plugin.run("build", "--wait", "--timeout", "10s")
      #expect(result.exitCode == 4)
      #expect(result.errors.contains("no controller has seen it yet"))
      let builds = try await server.client.listAll(SatisBuild.self, in: namespace).items
      #expect(builds.map(\.spec.state) == [nil])
    }
  }

  @Test func `a source that satis.json does not list is refused and nothing is created`() async throws {
    try await withPlugin { plugin, namespace in
      let package = try await plugin.run("build", "acme/other")
      #expect(package.exitCode == 1)
      #expect(package.errors.contains("no entry of satis.json's repositories has \"name\": \"acme/other\""))
      let url = try await plugin.run("build", "https://git.example.org/acme/other.git")
      #expect(url.exitCode == 1)
      let builds = try await server.client.listAll(SatisBuild.self, in: namespace).items
      #expect(builds.isEmpty)
    }
  }

  @Test func `of several repositories one has to be named`() async throws {
    try await withPlugin(repositories: ["acme", "libs"]) { plugin, namespace in
      let unnamed = try await plugin.run("build")
      #expect(unnamed.exitCode == 2)
      #expect(unnamed.errors.contains("--repository: acme, libs"))
      let named = try await plugin.run("build", "-r", "libs")
      #expect(named.exitCode == 0)
      let missing = try await plugin.run("build", "-r", "nowhere")
      #expect(missing.exitCode == 3)
      let builds = try await server.client.listAll(SatisBuild.self, in: namespace).items
      #expect(builds.map(\.spec.repositoryRef.name) == ["libs"])
    }
  }

  @Test func `status shows repositories, one of them with its builds, and the objects for programs`()
    async throws
  {
    try await withPlugin(repositories: ["acme", "libs"]) { plugin, namespace in
      try await server.createBuild("b1", of: "acme", in: namespace)
      try await end("b1", in: namespace, .failed)
      try await server.createBuild("b2", of: "libs", in: namespace)

      let all = try await plugin.run("status")
      #expect(all.output.split(separator: "\n").map { $0.prefix(4) } == ["NAME", "acme", "libs"])
      let one = try await plugin.run("status", "acme")
      #expect(one.output.contains("Name:          acme"))
      #expect(one.output.contains("b1") && one.output.contains("Failed") && !one.output.contains("b2"))
      let objects = try JSONValue(parsing: try await plugin.run("status", "acme", "-o", "json").output.utf8)
      let kinds = objects["items"]?.elements?.map { $0["kind"] }
      #expect(kinds == ["SatisRepository", "SatisBuild"])
      let yaml = try await plugin.run("status", "-o", "yaml")
      #expect(yaml.output.contains("kind: List\n"))
      let missing = try await plugin.run("status", "nowhere")
      #expect(missing.exitCode == 3)
      #expect(missing.errors.contains("not found"))
    }
  }

  @Test func `who watches repositories sees a line for each change`() async throws {
    try await withPlugin { plugin, namespace in
      var lines = try plugin.lines("status", "--watch", "acme").makeAsyncIterator()
      let heading = await lines.next()
      #expect(heading?.hasPrefix("NAME") == true)
      let first = await lines.next()
      #expect(first?.contains("release-1") == false)
      _ = try await server.client.mergePatch(
        SatisRepository.self, NamespacedName(namespace: namespace, name: "acme"), subresource: .status,
        patch: ["status": ["release": "release-1"]], resourceVersion: nil)
      let second = await lines.next()
      #expect(second?.contains("release-1") == true)
    }
  }

  @Test func `builds that wait are cancelled together`() async throws {
    try await withPlugin { plugin, namespace in
      for name in ["b1", "b2", "b3"] { try await server.createBuild(name, of: "acme", in: namespace) }
      try await end("b1", in: namespace, .succeeded)
      let result = try await plugin.run("cancel", "--waiting")
      #expect(result.exitCode == 0)
      #expect(result.output == "satisbuild.satis.dev/b2 cancelled\nsatisbuild.satis.dev/b3 cancelled\n")
      let builds = try await server.client.listAll(SatisBuild.self, in: namespace).items
      #expect(builds.filter { $0.spec.state == .cancelled }.map(\.metadata.name) == ["b2", "b3"])
    }
  }

  @Test func `a build that needs no repetition is repeated only by force`() async throws {
    try await withPlugin { plugin, namespace in
      try await server.createBuild("b1", of: "acme", in: namespace, operation: .purge)
      try await end("b1", in: namespace, .succeeded)
      let refused = try await plugin.run("retry")
      #expect(refused.exitCode == 1)
      #expect(refused.errors.contains("--force"))
      let forced = try await plugin.run("retry", "--force", "-o", "json")
      let again = try JSONValue(parsing: forced.output.utf8)
      #expect(again["spec"]?["operation"] == "Purge")
    }
  }

  @Test func `a build without a log says so`() async throws {
    try await withPlugin { plugin, namespace in
      let nothing = try await plugin.run("logs")
      #expect(nothing.exitCode == 3)
      #expect(nothing.errors.contains("has no SatisBuild"))
      try await server.createBuild("b1", of: "acme", in: namespace)
      let result = try await plugin.run("logs", "b1")
      #expect(result.exitCode == 1)
      #expect(result.errors.contains("SatisBuild 'b1' has no log"))
    }
  }

  @Test func `where no pod of the first attempt starts, the log of the second one is followed`()
    async throws
  {
    let (waits, waiting) = AsyncStream<Void>.makeStream()
    let proxy = try FaultProxy(upstream: server.client.configuration) { request in
      if request.isWatch, request.query["labelSelector"] == "job-name=acme-1" { waiting.yield() }
      // No kubelet has a log.
      return request.path.hasSuffix("/acme-2-pod/log") ? .answer(status: 200, body: "acme-2 is built\n") : nil
    }
    try await server.withNamespace { namespace in
      try await server.createRepository("acme", in: namespace)
      try await server.createBuild("b1", of: "acme", in: namespace)
      try await begin("acme-1", for: "b1", in: namespace)
      try await proxy.run { kubeconfig in
        try await PluginProcess.linked(kubeconfig: kubeconfig, namespace: namespace) { plugin in
          var lines = try plugin.lines("logs", "--follow", "b1").makeAsyncIterator()
          for await _ in waits { break }
          try await createPod(of: "acme-2", in: namespace)
          try await begin("acme-2", for: "b1", in: namespace)
          let line = await lines.next()
          #expect(line == "acme-2 is built")
        }
      }
    }
  }

  @Test func `names of the namespace complete what is typed, however the plugin is asked`() async throws {
    try await withPlugin { plugin, namespace in
      try await server.createBuild("b1", of: "acme", in: namespace)
      #expect(try await plugin.completions("logs", "") == ["b1", ":4"])
      #expect(try await plugin.completions("status", "a") == ["acme", ":4"])
      #expect(
        try await plugin.completions("build", "") == ["acme/lib", "git@git.example.org:acme/app.git", ":4"])
      #expect(try await plugin.completions("status", "-n", String(namespace.dropLast())).contains(namespace))
      let answer = try await plugin.run("__complete", "cancel", "")
      #expect(answer.output == "b1\n:4\n")
      // A cluster that does not answer has no names, and the shell is not told why.
      #expect(try await plugin.completions("logs", "--kubeconfig", "/nowhere", "") == [":4"])
    }
  }

  @Test func `kubectl finds the plugin by its name`() async throws {
    try await withPlugin { plugin, _ in
      let result = try await plugin.runByKubectl("status")
      #expect(result.exitCode == 0)
      #expect(result.output.contains("acme"))
      let refused = try await plugin.runByKubectl("build", "acme/other")
      #expect(refused.exitCode == 1)
    }
  }

  @Test func `who may only create builds names the repository and is not asked for more`() async throws {
    try await server.withNamespace { namespace in
      try await server.createRepository("acme", in: namespace)
      let kubectl = Kubectl(kubeconfig: server.kubeconfig, namespace: namespace)
      try await kubectl.run("create", "serviceaccount", "developer")
      try await kubectl.run("create", "role", "builds", "--verb=create", "--resource=satisbuilds.satis.dev")
      try await kubectl.run(
        "create", "rolebinding", "builds", "--role=builds", "--serviceaccount=\(namespace):developer")
      let kubeconfig = FileManager.default.temporaryDirectory.appending(path: "developer-\(namespace)")
      defer { try? FileManager.default.removeItem(at: kubeconfig) }
      let token = try await kubectl.token(of: "developer", in: namespace)
      try server.kubeconfig(user: "jane", token: token)
        .write(to: kubeconfig, atomically: true, encoding: .utf8)
      try await PluginProcess.linked(kubeconfig: kubeconfig.path, namespace: namespace) { plugin in
        let unnamed = try await plugin.run("build")
        #expect(unnamed.exitCode == 3)
        #expect(unnamed.errors.contains("cannot list resource \"satisrepositories\""))
        let named = try await plugin.run("build", "acme/anything", "-r", "acme")
        #expect(named.exitCode == 0)
      }
      let builds = try await server.client.listAll(SatisBuild.self, in: namespace).items
      #expect(builds.map(\.spec.source) == [.init(package: "acme/anything")])
      #expect(builds.first?.spec.trigger?.actor == "jane")
    }
  }
}
