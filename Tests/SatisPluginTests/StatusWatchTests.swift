import SatisAPI
import SatisPlugin
import TestSupport
import Testing

@testable import KubernetesClient
@testable import satis_operator

@Suite(.timeLimit(.minutes(1))) struct StatusWatchTests {
  private let now = PluginExamples.now
  private let acme = PluginExamples.repository("acme")
  private let libs = PluginExamples.repository("libs")
  private var changes = RepositoryChanges()

  private mutating func begin() {
    _ = changes.lines(for: .replaced([acme, libs], unreadable: []), now: now)
  }

  @Test mutating func `at first all repositories are told, then each that comes or changes`() {
    #expect(changes.lines(for: .applied(acme), now: now) == [])
    let table = "\(RepositoryOverview([acme, libs], now: now))"
    #expect(changes.lines(for: .replaced([acme, libs], unreadable: []), now: now) == [table])
    let overview = RepositoryOverview([acme, libs], now: now)
    #expect(changes.lines(for: .applied(libs), now: now) == [overview.line(of: libs, now: now)])
  }

  @Test mutating func `a repository that is deleted is a line that says so`() {
    begin()
    #expect(changes.lines(for: .deleted(libs), now: now) == ["satisrepository.satis.dev/libs deleted"])
  }

  @Test mutating func `what was deleted while the watch was interrupted is told once it goes on`() {
    begin()
    let lines = changes.lines(for: .replaced([acme], unreadable: []), now: now)
    #expect(lines.count == 2)
    #expect(lines.last == "satisrepository.satis.dev/libs deleted")
    #expect(changes.lines(for: .replaced([acme], unreadable: []), now: now).count == 1)
  }

  @Test mutating func `a repository that can no longer be read is there until it is deleted`() {
    begin()
    var unreadable = UnreadableObject(key: libs.key, problem: "spec is missing")
    #expect(changes.lines(for: .unreadable(unreadable), now: now) == [])
    #expect(changes.lines(for: .replaced([acme], unreadable: [unreadable]), now: now).count == 1)
    unreadable.isDeleted = true
    let lines = changes.lines(for: .unreadable(unreadable), now: now)
    #expect(lines == ["satisrepository.satis.dev/libs deleted"])
    #expect(changes.lines(for: .unreadable(unreadable), now: now) == [])
  }

  @Test func `a name that is not there is not watched but ends with 3`() async throws {
    let list = #"{"kind":"SatisRepositoryList","metadata":{"resourceVersion":"1"},"items":[]}"#
    let missing = #"{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","code":404}"#
    // The proxy answers everything by itself.
    let nowhere = ClusterConfiguration(server: "http://127.0.0.1:1", origin: "the test")
    let proxy = try FaultProxy(upstream: nowhere) { request in
      request.path.hasSuffix("/satisrepositories")
        ? Fault.answer(status: 200, body: list) : Fault.answer(status: 404, body: missing)
    }
    let exit = try await proxy.run { kubeconfig in
      await KubectlSatis.run(["status", "nowhere", "--watch", "--kubeconfig", kubeconfig])
    }
    #expect(exit == .noAnswer)
  }
}
