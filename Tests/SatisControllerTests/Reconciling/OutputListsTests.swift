import SatisAPI
import Synchronization
import Testing

@testable import Curl
@testable import KubernetesClient
@testable import SatisController

@Suite struct OutputListsTests {
  /// A server whose first list does not end before it is told to.
  private final class Server: Sendable {
    private let selectors = Mutex<[String]>([])
    private let gate = AsyncStream<Void>.makeStream()
    private let failure: KubernetesError?

    init(failure: KubernetesError? = nil) {
      self.failure = failure
    }

    var asked: [String] { selectors.withLock { $0 } }

    func open() { gate.continuation.finish() }

    func lists() -> OutputLists<Job> {
      OutputLists { namespace, selector throws(KubernetesError) in
        let isFirst = self.selectors.withLock { selectors in
          selectors.append(selector)
          return selectors.count == 1
        }
        if isFirst {
          for await _ in self.gate.stream {}
          if Task.isCancelled {
            throw KubernetesError(
              request: "list jobs",
              cause: .transport(CurlError(phase: .cancelled, code: 42, url: "", message: "cancelled")))
          }
        }
        if let failure = self.failure { throw failure }
        let jobs = selector.split { "(,)".contains($0) }.dropFirst().map {
          Self.job(of: String($0), namespace)
        }
        return ObjectList(items: jobs, unreadable: [], resourceVersion: "1")
      }
    }

    static func job(of output: String, _ namespace: String) -> Job {
      var metadata = ObjectMetadata(name: "job-\(output)", namespace: namespace)
      metadata.labels = [ResourceNames.outputLabel: output]
      return Job(metadata: metadata)
    }
  }

  /// Waits until as many wait for the next list.
  private func until(_ count: Int, wait lists: OutputLists<Job>) async {
    while lists.waiting(in: "shop") < count { await Task.yield() }
  }

  private func begun(_ server: Server) async {
    while server.asked.isEmpty { await Task.yield() }
  }

  @Test func `who asks while a list is under way shares the next one and gets what is theirs`() async throws {
    let server = Server()
    let lists = server.lists()
    async let first = lists.objects(of: ["a"], in: "shop")
    await begun(server)
    async let second = lists.objects(of: ["b"], in: "shop")
    async let third = lists.objects(of: ["c", "d"], in: "shop")
    await until(2, wait: lists)
    server.open()

    let names = try await [first, second, third].map { try $0.get().items.map(\.metadata.name) }
    #expect(names == [["job-a"], ["job-b"], ["job-c", "job-d"]])
    #expect(server.asked == ["satis.dev/output in (a)", "satis.dev/output in (b,c,d)"])
  }

  @Test func `another namespace is not waited for`() async throws {
    let server = Server()
    let lists = server.lists()
    async let first = lists.objects(of: ["a"], in: "shop")
    await begun(server)
    let other = try await lists.objects(of: ["a"], in: "office").get()
    #expect(other.items.map(\.metadata.namespace) == ["office"])
    server.open()
    _ = await first
  }

  @Test func `a failure is everybody's`() async throws {
    let server = Server(failure: KubernetesError(request: "list jobs", cause: .unreadable("broken")))
    let lists = server.lists()
    let first = Task { try await lists.objects(of: ["a"], in: "shop").get() }
    await begun(server)
    let second = Task { try await lists.objects(of: ["b"], in: "shop").get() }
    await until(1, wait: lists)
    server.open()
    await #expect(throws: KubernetesError.self) { try await first.value }
    await #expect(throws: KubernetesError.self) { try await second.value }
  }

  @Test func `who is cancelled takes nobody along`() async throws {
    let server = Server()
    let lists = server.lists()
    let first = Task { try await lists.objects(of: ["a"], in: "shop").get() }
    await begun(server)
    async let second = lists.objects(of: ["b"], in: "shop")
    await until(1, wait: lists)
    first.cancel()
    let found = try await second.get()
    #expect(found.items.map(\.metadata.name) == ["job-b"])
    await #expect(throws: KubernetesError.self) { try await first.value }
  }

  /// A clock that goes on by a second whenever it is looked at, and by sleeping.
  private final class Clock: Sendable {
    private let state = Mutex((now: ContinuousClock.now, slept: [Duration]()))

    var slept: [Duration] { state.withLock { $0.slept } }

    func now() -> ContinuousClock.Instant {
      state.withLock { state in
        state.now += .seconds(1)
        return state.now
      }
    }

    func sleep(_ end: ContinuousClock.Instant) {
      state.withLock { state in
        state.slept.append(end - state.now)
        state.now = end
      }
    }
  }

  @Test func `the server rests after a list for as long as the list took`() async throws {
    let clock = Clock()
    let lists = OutputLists<Job>(now: clock.now, sleep: clock.sleep) { _, _ in
      // It takes four seconds, and one for each look at the clock.
      for _ in 0..<3 { _ = clock.now() }
      return ObjectList(items: [], unreadable: [], resourceVersion: "1")
    }
    for _ in 0..<2 { _ = await lists.objects(of: ["a"], in: "shop") }
    // Of the four, one has gone by when the next one asks.
    #expect(clock.slept == [.seconds(3)])
    _ = await lists.objects(of: ["a"], in: "office")
    #expect(clock.slept.count == 1)
  }
}
