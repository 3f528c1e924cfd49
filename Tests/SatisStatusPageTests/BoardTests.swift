import ControllerRuntime
import KubernetesClient
import SatisAPI
import Synchronization
import Testing

@testable import SatisStatusPage

@Suite struct BoardTests {
  private let sample = Sample()

  @Test func `before anything has been listed there is nothing that could be old`() {
    let contact = sample.board.contact
    #expect(contact == .init(now: Sample.time(0), asOf: nil, isLive: false))
  }

  @Test func `once both collections are listed the page is live`() {
    sample.list()
    sample.pass(seconds: 7)
    #expect(sample.board.contact == .init(now: Sample.time(7), asOf: Sample.time(7), isLive: true))
  }

  @Test func `while one of the watches is interrupted the page says as of when it is`() {
    sample.list()
    sample.surroundings.signs.withLock {
      $0 = [
        .init(absence: .seconds(2), isInterrupted: false), .init(absence: .seconds(30), isInterrupted: true),
      ]
    }
    #expect(sample.board.contact == .init(now: Sample.time(0), asOf: Sample.time(-30), isLive: false))
  }

  @Test func `a watch without the bookmark of each minute is taken for dead`() {
    sample.list()
    sample.surroundings.signs.withLock { $0 = [.init(absence: .seconds(179), isInterrupted: false)] }
    #expect(sample.board.contact.isLive)
    sample.surroundings.signs.withLock { $0 = [.init(absence: .seconds(180), isInterrupted: false)] }
    #expect(sample.board.contact == .init(now: Sample.time(0), asOf: Sample.time(-180), isLive: false))
  }

  @Test func `the whole is repositories by name and builds from the newest on`() {
    sample.list(
      repositories: [Sample.repository("b"), Sample.repository("a")],
      builds: [
        Sample.build("old", created: 1), Sample.build("y", created: 5), Sample.build("x", created: 5),
      ])
    let message = sample.board.wholeMessage()
    #expect(message.isWhole)
    #expect(message.repositories.map(\.name) == ["a", "b"])
    #expect(message.builds.map(\.name) == ["x", "y", "old"])
  }

  @Test func `a change is told as the object is now, however often it changed`() {
    sample.list(builds: [Sample.build("a", reason: .queued)])
    _ = sample.board.builds.take(.applied(Sample.build("a", reason: .running)))
    _ = sample.board.builds.take(.applied(Sample.build("a", reason: .succeeded)))
    let message = sample.board.message(about: Backlog(builds: [key("a")]))
    #expect(!message.isWhole)
    #expect(message.builds.map(\.state) == ["Succeeded"])
    #expect(message.goneBuilds.isEmpty)
  }

  @Test func `what is gone is told by its key`() {
    let build = Sample.build("a")
    let repository = Sample.repository("packages")
    sample.list(repositories: [repository], builds: [build])
    _ = sample.board.builds.take(.deleted(build))
    _ = sample.board.repositories.take(.deleted(repository))
    let message = sample.board.message(
      about: Backlog(repositories: [key("packages")], builds: [key("a")]))
    #expect(message.goneBuilds == ["satis/a"])
    #expect(message.goneRepositories == ["satis/packages"])
    #expect(message.builds.isEmpty && message.repositories.isEmpty)
  }

  @Test func `an event is one line of JSON and an empty one`() throws {
    sample.list(builds: [Sample.build("a", reason: .failed, message: "two\nlines\r\n\u{2028}")])
    let event = try sample.board.wholeMessage().event()
    #expect(event.hasPrefix("data: {"))
    #expect(event.hasSuffix("}\n\n"))
    #expect(!event.dropLast(2).utf8.contains { $0 == 10 || $0 == 13 })
  }

  @Test func `a suspended repository is not ready, and says what keeps it`() {
    let row = RepositoryRow(
      Sample.repository("a") {
        $0.status = .init(
          conditions: [
            Condition(
              type: ConditionType.ready, status: .no, reason: "Suspended", message: "builds queue",
              observedGeneration: 1, lastTransitionTime: Sample.time(0))
          ], activeJob: .init(startTime: Sample.time(3)), queuedBuilds: 2)
      })
    #expect(row.state == "Suspended" && !row.isReady)
    #expect(row.message == "builds queue")
    #expect(row.queued == 2)
    #expect(row.runningSince == Sample.time(3))
  }

  private func key(_ name: String) -> NamespacedName { NamespacedName(namespace: "satis", name: name) }
}
