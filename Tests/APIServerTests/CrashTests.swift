import KubernetesClient
import SatisAPI
import TestSupport
import Testing

/// The controller killed with `kill -9` at the moments that matter.
///
/// Jobs are counted from watch events, deleted ones included.
@Suite(.timeLimit(.minutes(4))) struct CrashTests {
  let server: TestServer
  let jobs: JobController

  init() throws {
    server = try TestServer()
    jobs = JobController(client: server.client)
  }

  private func finish(_ build: String, in namespace: String) async throws -> SatisBuild {
    let job = try await server.observe(Job.self, in: namespace) { _ in true }
    let running = try await server.wait(for: SatisBuild.self, build, in: namespace) {
      $0.status?.jobName != nil
    }
    #expect(running.status?.jobName == job.metadata.name)
    let pod = try await jobs.startPod(of: job)
    try await jobs.end(job, pod: pod, exitCode: 0, message: runnerReport(succeeded: true))
    return try await server.wait(for: SatisBuild.self, build, in: namespace) { $0.status?.isFinished == true }
  }

  @Test func `killed while the Job runs, the build still ends Succeeded with one Job`() async throws {
    try await server.withNamespace { namespace in
      let count = JobCount(server: server, namespace: namespace)
      let names = try await count.during {
        try await server.createRepository("acme", in: namespace)
        try await server.createBuild("b1", of: "acme", in: namespace)
        let first = try OperatorProcess.controller(kubeconfig: server.kubeconfig, namespace: namespace)
        try await server.wait(for: SatisBuild.self, "b1", in: namespace) { $0.condition?.reason == "Running" }
        first.killHard()
        let second = try OperatorProcess.controller(kubeconfig: server.kubeconfig, namespace: namespace)
        let build = try await finish("b1", in: namespace)
        #expect(build.condition?.reason == "Succeeded")
        #expect(second.terminate() == 0)
      }
      #expect(names.count == 1)
    }
  }

  @Test(arguments: [Fault.Point.beforeForwarding, .afterForwarding])
  func `killed while it creates the Job, the build still ends Succeeded with one Job`(
    point: Fault.Point
  ) async throws {
    try await server.withNamespace { namespace in
      let count = JobCount(server: server, namespace: namespace)
      let names = try await count.during {
        try await server.createRepository("acme", in: namespace)
        try await server.createBuild("b1", of: "acme", in: namespace)
        let proxy = try FaultProxy(upstream: server.client.configuration) { request in
          request.method == "POST" && request.path.hasSuffix("/jobs") ? .hold(point) : nil
        }
        try await proxy.run { kubeconfig in
          let first = try OperatorProcess.controller(kubeconfig: kubeconfig, namespace: namespace)
          await proxy.waitUntilHolding()
          first.killHard()
        }
        let second = try OperatorProcess.controller(kubeconfig: server.kubeconfig, namespace: namespace)
        let build = try await finish("b1", in: namespace)
        #expect(build.condition?.reason == "Succeeded")
        #expect(second.terminate() == 0)
      }
      #expect(names.count == 1)
    }
  }
}
