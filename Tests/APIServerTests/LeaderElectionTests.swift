import Curl
import KubernetesClient
import SatisAPI
import Synchronization
import TestSupport
import Testing

/// Two controllers as processes of their own, of which one leads.
@Suite(.timeLimit(.minutes(4))) struct LeaderElectionTests {
  let server: TestServer
  let jobs: JobController

  init() throws {
    server = try TestServer()
    jobs = JobController(client: server.client)
  }

  @Test func `a leader that is asked to end gives the Lease back, and the other one goes on at once`()
    async throws
  {
    try await inHistory { namespace, history in
      let first = try await Replica.start(server, namespace)
      let leader = try await history.holder(after: nil)
      let second = try await Replica.start(server, namespace)
      #expect(try await first.answer("/readyz", containing: "leading") == "ok: leading\n")
      let standby = try await second.answer("/readyz", containing: "standby, \(leader)")
      #expect(standby == "ok: standby, \(leader) leads\n")
      let job = try await startedJob(of: "b1", in: namespace)

      let began = ContinuousClock.now
      first.process.beginTermination()
      let heir = try await history.holder(after: leader)
      print("hand-over at shutdown: \(ContinuousClock.now - began)")
      #expect(await first.process.end() == 0)
      #expect(try await second.answer("/readyz", containing: "leading") == "ok: leading\n")
      // Given back and taken, instead of run out.
      #expect(history.holders == [leader, "", heir])
      #expect(history.transitions == [0, 0, 1])

      try await end(job, of: "b1", in: namespace)
      try await end(try await startedJob(of: "b2", in: namespace), of: "b2", in: namespace)
      #expect(second.process.terminate() == 0)
    }
  }

  @Test func `a leader that is asked to end while a request hangs gives it up, and the Lease back`()
    async throws
  {
    try await inHistory(jobs: 0) { namespace, history in
      let proxy = try FaultProxy(upstream: server.client.configuration) { request in
        request.method == "POST" && request.path.hasSuffix("/jobs") ? .hold(.beforeForwarding) : nil
      }
      try await proxy.run { kubeconfig in
        let process = try OperatorProcess.controller(
          kubeconfig: kubeconfig, namespace: namespace, electsLeader: true)
        let leader = try await history.holder(after: nil)
        try await server.createBuild("b1", of: "acme", in: namespace)
        await proxy.waitUntilHolding()
        let began = ContinuousClock.now
        process.beginTermination()
        #expect(await process.end() == 0)
        print("shutdown while a request hangs: \(ContinuousClock.now - began)")
        #expect(try await server.observe(Lease.self, in: namespace) { _ in true }.spec?.holderIdentity == "")
        #expect(history.holders.first == leader)
      }
    }
  }

  @Test func `a leader that is killed is followed when its Lease has run out, and every build gets one Job`()
    async throws
  {
    try await inHistory { namespace, history in
      let first = try await Replica.start(server, namespace)
      let leader = try await history.holder(after: nil)
      let second = try await Replica.start(server, namespace)
      _ = try await second.answer("/readyz", containing: "standby")
      let job = try await startedJob(of: "b1", in: namespace)

      let began = ContinuousClock.now
      first.process.killHard()
      try await create("b2", in: namespace)
      let heir = try await history.holder(after: leader)
      print("take-over after a crash: \(ContinuousClock.now - began)")
      #expect(history.holders == [leader, heir])
      // Both clocks are the same one here. What counts is when the renewal was seen, which was later.
      #expect(try history.pauseBeforeTakeOver() >= .seconds(15))

      try await end(job, of: "b1", in: namespace)
      try await end(try await runningJob(of: "b2", in: namespace), of: "b2", in: namespace)
      #expect(second.process.terminate() == 0)
    }
  }

  @Test func `a leader that stood still for longer than its Lease ends when it moves again`() async throws {
    try await inHistory { namespace, history in
      let first = try await Replica.start(server, namespace)
      let leader = try await history.holder(after: nil)
      let second = try await Replica.start(server, namespace)
      _ = try await second.answer("/readyz", containing: "standby")

      first.process.freeze()
      // Its watch has them when it moves again.
      try await server.createBuild("b1", of: "acme", in: namespace)
      try await create("b2", in: namespace)
      let heir = try await history.holder(after: leader)
      let job = try await runningJob(of: "b1", in: namespace)
      first.process.thaw()
      #expect(await first.process.end() == 1)
      #expect(history.holders == [leader, heir])

      try await end(job, of: "b1", in: namespace)
      try await end(try await runningJob(of: "b2", in: namespace), of: "b2", in: namespace)
      #expect(second.process.terminate() == 0)
    }
  }

  @Test func `a leader that cannot renew its Lease ends before another one takes it`() async throws {
    try await server.withNamespace { namespace in
      try await LeaseHistory.during(server, namespace) { history in
        let proxy = try FaultProxy(upstream: server.client.configuration) { _ in nil }
        let (first, leader, second) = try await proxy.run { kubeconfig in
          let first = try OperatorProcess.controller(
            kubeconfig: kubeconfig, namespace: namespace, electsLeader: true)
          let leader = try await history.holder(after: nil)
          let second = try await Replica.start(server, namespace)
          _ = try await second.answer("/readyz", containing: "standby")
          return (first, leader, second)
        }
        // The server is there; the leader's way to it is not any more.
        let cut = ContinuousClock.now
        #expect(await first.end() == 1)
        print("end of a leader that is cut off: \(ContinuousClock.now - cut)")
        #expect(history.holders == [leader])
        _ = try await history.holder(after: leader)
        #expect(second.process.terminate() == 0)
      }
    }
  }

  // MARK: - Builds

  /// Runs the body in a namespace with a repository, and counts the Jobs of all its builds: one for each that could start.
  private func inHistory(
    jobs expected: Int = 2, _ body: @escaping @Sendable (String, LeaseHistory) async throws -> Void
  ) async throws {
    try await server.withNamespace { namespace in
      let names = try await JobCount(server: server, namespace: namespace).during {
        try await server.createRepository("acme", in: namespace) {
          $0.build = .init()
          $0.build?.batchLimit = 1
        }
        try await LeaseHistory.during(server, namespace) { try await body(namespace, $0) }
      }
      #expect(names.count == expected)
    }
  }

  /// Each of another source, so that none stands for the other.
  private func create(_ build: String, in namespace: String) async throws {
    try await server.createBuild(
      build, of: "acme", in: namespace,
      source: build == "b1"
        ? "https://git.example.org/acme/lib.git" : "git@git.example.org:acme/app.git")
  }

  private func startedJob(of build: String, in namespace: String) async throws -> Job {
    try await create(build, in: namespace)
    return try await runningJob(of: build, in: namespace)
  }

  private func runningJob(of build: String, in namespace: String) async throws -> Job {
    let running = try await server.wait(for: SatisBuild.self, build, in: namespace) {
      $0.condition?.reason == "Running"
    }
    return try await server.wait(for: Job.self, running.status?.jobName ?? "", in: namespace) { _ in true }
  }

  private func end(_ job: Job, of build: String, in namespace: String) async throws {
    let pod = try await jobs.startPod(of: job)
    try await jobs.end(job, pod: pod, exitCode: 0, message: runnerReport(succeeded: true))
    let ended = try await server.wait(for: SatisBuild.self, build, in: namespace) {
      $0.status?.isFinished == true
    }
    #expect(ended.condition?.reason == "Succeeded")
  }
}

/// A controller that takes part in the election, and its probes.
private struct Replica: Sendable {
  let process: OperatorProcess
  let port: Int
  let curl: CurlClient

  static func start(_ server: TestServer, _ namespace: String) async throws -> Replica {
    let port = try FreePort.find()
    let process = try OperatorProcess.controller(
      kubeconfig: server.kubeconfig, namespace: namespace, electsLeader: true, healthPort: port)
    return Replica(process: process, port: port, curl: try CurlClient())
  }

  /// The answer of a probe, as soon as it is good and has these words.
  func answer(_ path: String, containing words: String) async throws -> String {
    while true {
      do throws(CurlError) {
        let response = try await curl.send(
          CurlRequest(method: .get, url: "http://127.0.0.1:\(port)\(path)"))
        let text = String(decoding: response.body, as: UTF8.self)
        if response.status == 200, text.contains(words) { return text }
      } catch {
        guard error.phase == .connect else { throw error }
      }
      await Task.yield()
    }
  }
}

/// Every version of a namespace's Lease.
private final class LeaseHistory: Sendable {
  private let server: TestServer
  private let namespace: String
  private let versions = Mutex<[Lease.Spec]>([])

  private init(server: TestServer, namespace: String) {
    self.server = server
    self.namespace = namespace
  }

  /// Writes the history while the body runs.
  static func during(
    _ server: TestServer, _ namespace: String, _ body: @Sendable (LeaseHistory) async throws -> Void
  ) async throws {
    let history = LeaseHistory(server: server, namespace: namespace)
    let watcher = Watcher<Lease>(client: server.client, namespace: namespace, logger: .quiet)
    let (synced, continuation) = AsyncStream<Void>.makeStream()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        await watcher.run { update in
          switch update {
          case .replaced: continuation.yield()
          case .applied(let lease): history.versions.withLock { $0.append(lease.spec ?? .init()) }
          case .deleted, .unreadable: break
          }
        }
      }
      for await _ in synced { break }
      try await body(history)
      group.cancelAll()
    }
  }

  /// Waits until the Lease is held by somebody else.
  func holder(after former: String?) async throws -> String {
    _ = try await server.observe(Lease.self, in: namespace) { lease in
      guard let holder = lease.spec?.holderIdentity, !holder.isEmpty else { return false }
      return holder != former
    }
    // This history is another watch, which comes to the same before long.
    while true {
      if let holder = holders.last, !holder.isEmpty, holder != former { return holder }
      await Task.yield()
    }
  }

  /// The holders, each once for as long as it held the Lease.
  var holders: [String] { changes.map { $0.holderIdentity ?? "" } }

  /// How often the Lease had changed hands, for each of them.
  var transitions: [Int?] { changes.map(\.leaseTransitions) }

  private var changes: [Lease.Spec] {
    versions.withLock { versions in
      versions.reduce(into: []) { found, next in
        if found.last?.holderIdentity != next.holderIdentity { found.append(next) }
      }
    }
  }

  /// From the last renewal by the former holder to the take-over by the present one.
  func pauseBeforeTakeOver() throws -> Duration {
    let versions = versions.withLock { $0 }
    let present = versions.last?.holderIdentity
    let taken = try #require(versions.first { $0.holderIdentity == present }?.acquireTime)
    let renewed = try #require(versions.last { $0.holderIdentity != present }?.renewTime)
    return taken - renewed
  }
}
