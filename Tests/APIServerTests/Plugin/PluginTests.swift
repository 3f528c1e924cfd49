import KubernetesClient
import Logging
import SatisAPI
import SatisController
import TestSupport
import Testing

/// The plugin's executable beside a real API server and a controller; the test plays the Job controller.
@Suite(.timeLimit(.minutes(4))) struct PluginTests {
  let server: TestServer
  let jobs: JobController

  init() throws {
    server = try TestServer()
    jobs = JobController(client: server.client)
  }

  /// Runs the body with the plugin in a namespace with the repository `acme`, and with a controller.
  private func withController(
    _ body: @escaping @Sendable (PluginProcess, String) async throws -> Void
  ) async throws {
    try await server.withNamespace { namespace in
      try await server.createRepository("acme", in: namespace)
      let controller = try SatisController(
        client: server.client, configuration: .init(namespace: namespace, defaultImage: "satis:test"),
        events: server.events(), logger: .quiet, now: wallClock)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await controller.run() }
        try await PluginProcess.linked(kubeconfig: server.kubeconfig, namespace: namespace) {
          try await body($0, namespace)
        }
        group.cancelAll()
      }
    }
  }

  /// Ends the Job of the only build that runs.
  private func endJob(in namespace: String, exitCode: Int64, node: String? = nil) async throws {
    let build = try await server.observe(SatisBuild.self, in: namespace) { $0.reason == .running }
    let key = NamespacedName(namespace: namespace, name: build.status?.jobName ?? "")
    let job = try await server.client.get(Job.self, key)
    let pod = try await jobs.startPod(of: job, on: node)
    try await jobs.end(job, pod: pod, exitCode: exitCode, message: runnerReport(succeeded: exitCode == 0))
  }

  @Test func `a build of a package is waited for, with each state on standard error`() async throws {
    try await withController { plugin, namespace in
      async let running = plugin.run("build", "Acme/Lib", "--wait", "--prune")
      try await endJob(in: namespace, exitCode: 0)
      let result = try await running

      let build = try await server.observe(SatisBuild.self, in: namespace) { $0.reason == .succeeded }
      #expect(build.spec.source == .init(package: "acme/lib", prune: true))
      #expect(build.spec.trigger?.type == .manual)
      #expect(build.spec.trigger?.actor == server.client.configuration.user)
      #expect(result.exitCode == 0)
      #expect(result.output == "satisbuild.satis.dev/\(build.metadata.name) created\n")
      #expect(result.errors.contains("\(build.metadata.name): Running: "))
      #expect(result.errors.contains("\(build.metadata.name): Succeeded: "))
    }
  }

  @Test func `a build that fails ends the wait with 1, and is printed as it ended`() async throws {
    try await withController { plugin, namespace in
      async let running = plugin.run("build", "--wait", "-o", "json")
      try await endJob(in: namespace, exitCode: 1)
      let result = try await running

      #expect(result.exitCode == 1)
      let build = try JSONValue(parsing: result.output.utf8)
      #expect(build["kind"] == "SatisBuild")
      #expect(build["spec"]?["source"] == nil)
      #expect(build["status"]?["logTail"] == "the end of the log")
    }
  }

  @Test func `a log that cannot be had is told, and the build is waited for all the same`() async throws {
    try await withController { plugin, namespace in
      async let running = plugin.run("build", "--logs")
      // Its pod is on a node that is not there, so that no kubelet can be asked.
      try await endJob(in: namespace, exitCode: 0, node: "nowhere")
      let result = try await running
      #expect(result.exitCode == 0)
      #expect(result.errors.contains("cannot be shown: get Pod \(namespace)/"))
      #expect(result.errors.contains(": Succeeded: "))
    }
  }

  @Test func `a failed build is retried as it was`() async throws {
    try await withController { plugin, namespace in
      try await server.createBuild(
        "b1", of: "acme", in: namespace, source: "https://git.example.org/acme/lib.git", prune: true)
      try await endJob(in: namespace, exitCode: 1)
      try await server.wait(for: SatisBuild.self, "b1", in: namespace) { $0.reason == .failed }

      let result = try await plugin.run("retry", "satisbuild/b1")
      #expect(result.exitCode == 0)
      let name = result.output.split(separator: " ")[0].split(separator: "/")[1]
      let again = try await server.wait(for: SatisBuild.self, String(name), in: namespace) { _ in true }
      #expect(again.spec.source == .init(url: "https://git.example.org/acme/lib.git", prune: true))
    }
  }

  @Test func `a build that runs is cancelled, and no second time`() async throws {
    try await withController { plugin, namespace in
      try await server.createBuild("b1", of: "acme", in: namespace)
      try await server.wait(for: SatisBuild.self, "b1", in: namespace) { $0.reason == .running }
      let waiting = try await plugin.run("cancel", "--waiting")
      #expect(waiting.exitCode == 0)
      #expect(waiting.output.isEmpty)

      let first = try await plugin.run("cancel", "b1")
      #expect(first.exitCode == 0)
      #expect(first.output == "satisbuild.satis.dev/b1 cancelled\n")
      try await server.wait(for: SatisBuild.self, "b1", in: namespace) { $0.reason == .cancelled }

      let second = try await plugin.run("cancel", "b1")
      #expect(second.exitCode == 1)
      #expect(second.errors.contains("SatisBuild 'b1' has ended as Cancelled"))
    }
  }

  @Test func `the log of a build whose pod is gone is the end that its status keeps`() async throws {
    try await withController { plugin, namespace in
      try await server.createBuild("b1", of: "acme", in: namespace)
      try await endJob(in: namespace, exitCode: 0)
      let build = try await server.wait(for: SatisBuild.self, "b1", in: namespace) { $0.reason == .succeeded }
      try await server.client.delete(
        Pod.self, NamespacedName(namespace: namespace, name: build.status?.podName ?? ""), uid: nil,
        propagation: .background)

      let result = try await plugin.run("logs")
      #expect(result.exitCode == 0)
      #expect(result.output == "the end of the log\n")
      #expect(result.errors.contains("is gone"))
    }
  }
}
