import SatisAPI
import Synchronization
import Testing

@testable import KubernetesClient
@testable import SatisController

@Suite(.timeLimit(.minutes(1))) struct LiveOutputsTests {
  /// A server whose version goes on by a write at the times that a test wants.
  private final class Server: Sendable {
    private struct State {
      var asked: [String] = []
      var version = 7
    }

    private let state = Mutex(State())

    var asked: [String] { state.withLock { $0.asked } }

    func write() { state.withLock { $0.version += 1 } }

    /// Notes a request and answers with the version at that time.
    func list<Object: KubernetesObject>(_ what: String, _ object: Object) -> ObjectList<Object> {
      state.withLock { state in
        state.asked.append(what)
        return ObjectList(items: [object], unreadable: [], resourceVersion: "\(state.version)")
      }
    }

    func until(_ isSo: @Sendable ([String]) -> Bool) async {
      while !isSo(asked) { await Task.yield() }
    }
  }

  private static let labels = [ResourceNames.outputLabel: "a"]

  private static func job() -> Job {
    var metadata = ObjectMetadata(name: "job", namespace: "shop")
    metadata.labels = labels
    return Job(metadata: metadata)
  }

  private static func pod(_ name: String) -> Pod {
    var metadata = ObjectMetadata(name: name, namespace: "shop")
    metadata.labels = labels
    return Pod(metadata: metadata)
  }

  /// Lists between which the server needs no rest.
  private func lists<Object: KubernetesObject>(
    _ request: @escaping @Sendable () async throws(KubernetesError) -> ObjectList<Object>
  ) -> OutputLists<Object> {
    OutputLists(sleep: { _ in }, { _, _ throws(KubernetesError) in try await request() })
  }

  private func pods(_ server: Server) -> OutputLists<Pod> {
    lists {
      let number = server.asked.count { $0 == "pods" }
      return server.list("pods", Self.pod("pod-\(number)"))
    }
  }

  @Test func `pods are listed beside the Jobs`() async throws {
    let server = Server()
    let outputs = LiveOutputs(
      jobs: OutputLists { _, _ in
        // It would wait for ever if the pods had to wait for it.
        await server.until { $0.contains("pods") }
        return server.list("jobs", Self.job())
      }, pods: pods(server))
    let view = try await outputs.view(of: ["a"], in: "shop")
    #expect(view.jobs.map(\.metadata.name) == ["job"])
    #expect(view.pods.map(\.metadata.name) == ["pod-0"])
    #expect(server.asked == ["pods", "jobs"])
  }

  @Test func `pods that are older than the Jobs are listed again`() async throws {
    let server = Server()
    let outputs = LiveOutputs(
      jobs: OutputLists { _, _ in
        await server.until { $0.contains("pods") }
        // The pod of a Job, which then goes: the Jobs do not show it any more, and the pods not yet.
        server.write()
        return server.list("jobs", Self.job())
      }, pods: pods(server))
    let view = try await outputs.view(of: ["a"], in: "shop")
    #expect(view.pods.map(\.metadata.name) == ["pod-1"])
    #expect(server.asked == ["pods", "jobs", "pods"])
  }

  @Test func `where a list of pods is under way another one begins after the Jobs`() async throws {
    let server = Server()
    let (gate, open) = AsyncStream<Void>.makeStream()
    let pods: OutputLists<Pod> = lists {
      if server.asked.isEmpty {
        let list = server.list("pods", Self.pod("others"))
        for await _ in gate {}
        return list
      }
      return server.list("pods", Self.pod("own"))
    }
    let outputs = LiveOutputs(
      jobs: OutputLists { _, _ in
        // Nobody waits for pods before the Jobs are there.
        #expect(pods.waiting(in: "shop") == 0)
        return server.list("jobs", Self.job())
      }, pods: pods)
    async let first = pods.objects(of: ["a"], in: "shop")
    await server.until { !$0.isEmpty }
    async let view = outputs.view(of: ["a"], in: "shop")
    while pods.waiting(in: "shop") == 0 { await Task.yield() }
    open.finish()

    let names = try await view.pods.map(\.metadata.name)
    #expect(names == ["own"])
    #expect(server.asked == ["pods", "jobs", "pods"])
    _ = await first
  }

  @Test func `where a list of Jobs is under way the pods wait for the next one`() async throws {
    let server = Server()
    let (gate, open) = AsyncStream<Void>.makeStream()
    let jobs: OutputLists<Job> = lists {
      let list = server.list("jobs", Self.job())
      if server.asked.count == 1 { for await _ in gate {} }
      return list
    }
    let outputs = LiveOutputs(jobs: jobs, pods: pods(server))
    async let first = jobs.objects(of: ["a"], in: "shop")
    await server.until { !$0.isEmpty }
    async let view = outputs.view(of: ["a"], in: "shop")
    while jobs.waiting(in: "shop") == 0 { await Task.yield() }
    open.finish()

    _ = try await view
    #expect(server.asked == ["jobs", "jobs", "pods"])
    _ = await first
  }

  @Test func `Jobs that cannot be listed are a failure, and nobody waits for the pods`() async throws {
    let outputs = LiveOutputs(
      jobs: OutputLists { _, _ throws(KubernetesError) in
        throw KubernetesError(request: "list jobs", cause: .unreadable("broken"))
      },
      pods: OutputLists { _, _ throws(KubernetesError) in
        while !Task.isCancelled { await Task.yield() }
        throw KubernetesError(request: "list pods", cause: .cancelled)
      })
    await #expect(throws: KubernetesError.self) { try await outputs.view(of: ["a"], in: "shop") }
  }
}
